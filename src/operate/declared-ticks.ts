import { CronTime } from 'cron';
import { holdByItsClock } from '../tasks/schedule/clock-change.js';
import { CronTicks } from '../tasks/schedule/cron-ticks.js';
import { shortestGap } from '../tasks/schedule/shortest-gap.js';
import type { DeclaredTask } from '../store/operator-store.js';

/** The ticks that a declared schedule names. Instants are epoch milliseconds. */
export interface DeclaredTicks {
  /** None where it was not due before. */
  latestUntil(at: number): number | undefined;
  nextAfter(at: number): number | undefined;
  /** The shortest gap between two of them, by the schedule's clock. */
  gap: number;
  /** The minimum hold before a tick by the schedule's clock, as the claim counts it. */
  minHoldBefore(tick: number, minHold: number): number;
  /** `2026-03-29T03:00:00.000+02:00`: the time that the schedule's clock shows. */
  localTime(at: number): string;
}

const ISO_DATE = /^\d{4}-\d\d-\d\dT/;
const EVERY = /^every /;

/** Nothing where a schedule names no instants (`@Interval`, none), or where this machine does not know it or its zone. */
export function declaredTicks({
  schedule,
  timeZone,
}: Pick<DeclaredTask, 'schedule' | 'timeZone'>): DeclaredTicks | undefined {
  if (schedule === undefined || EVERY.test(schedule)) return undefined;
  if (ISO_DATE.test(schedule)) return ticksOfDate(Date.parse(schedule));
  try {
    const cronTime = new CronTime(schedule, timeZone ?? 'UTC');
    return ticksOfCron(new CronTicks(cronTime), shortestGap(cronTime));
  } catch {
    return undefined;
  }
}

function ticksOfDate(date: number): DeclaredTicks {
  return {
    gap: Infinity,
    latestUntil: (at) => (date <= at ? date : undefined),
    nextAfter: (at) => (date > at ? date : undefined),
    minHoldBefore: (_, minHold) => minHold,
    localTime: (at) => new Date(at).toISOString(),
  };
}

function ticksOfCron(ticks: CronTicks, gap: number): DeclaredTicks {
  return {
    gap,
    latestUntil: (at) => orNothing(() => ticks.latestUntil(at)),
    nextAfter: (at) => ticks.nextAfter(at),
    minHoldBefore: (tick, minHold) => holdByItsClock(ticks.zone, tick, minHold),
    localTime: (at) => {
      const local = new Date(at + ticks.zone.offset(at) * 60_000).toISOString().slice(0, -1);
      return `${local}${ticks.zone.formatOffset(at, 'short')}`;
    },
  };
}

/** An expression that was not due in the last eight years has no tick to tell. */
function orNothing(read: () => number): number | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

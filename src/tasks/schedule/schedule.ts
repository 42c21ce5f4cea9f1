import { CronTime } from 'cron';
import type { Zone } from 'luxon';
import type { TickRequest } from '../../store/lock-store.js';
import { fieldsOf } from './cron-fields.js';
import { shortestGap } from './shortest-gap.js';
import { CronTicks } from './cron-ticks.js';
import type { CronMetadata, ScheduleMetadata } from './schedule-metadata.js';
import { messageOf } from '../../common/error-text.js';

const MINUTE = 60_000;
const DAY = 86_400_000;
const LONGEST_TIMER = 2 ** 31 - 1;

/** What a cron expression stands in, so that an error names what is written in the code. */
export type CronDecorator = '@Cron' | '@TaskCron';

/** When a task is due, as its decorator of @nestjs/schedule, or @TaskCron, says. */
export interface Schedule {
  readonly kind: ScheduleMetadata['kind'];
  /** True where its decorator says that it must not fire by itself. */
  readonly isDisabled: boolean;
  /** As the decorator reads, for errors and logs. */
  readonly description: string;
  /** Whether its runs are for ticks that are told apart; what @Timeout fires has none. */
  readonly hasTicks: boolean;
  /** The instants of a cron expression: of them it can be told whether one was missed. */
  readonly instants?: Pick<CronTicks, 'tickAt' | 'nextAfter'>;
  /** The shortest gap between two ticks in milliseconds; none where it ticks only once. */
  readonly gap?: number;
  /** True where the ticks depend on the zone of the machine's clock. */
  readonly dependsOnLocalZone: boolean;
  /** What a timer that fires at `now` asks for. `interval` is the task's own, in milliseconds. */
  tickAt(now: number, interval: number): TickRequest;
  /**
   * The minimum hold before a tick, in milliseconds of real time. The schedule's own clock may have been set forward
   * within the hold: a job each three hours has a gap of two hours then, and would be refused once a year.
   */
  minHoldBefore(tick: TickRequest, minHold: number): number;
}

/**
 * Reads a schedule.
 *
 * @throws Error where the cron expression cannot be read or never fires, or the delay is longer than a timer's
 */
export function scheduleOf(metadata: ScheduleMetadata, cronDecorator: CronDecorator = '@Cron'): Schedule {
  if (metadata.kind !== 'cron') assertTimer(metadata);
  switch (metadata.kind) {
    case 'cron':
      return cronSchedule(metadata.cron, cronDecorator);
    case 'interval':
      return {
        kind: 'interval',
        isDisabled: false,
        description: `@Interval(${metadata.milliseconds})`,
        hasTicks: true,
        gap: metadata.milliseconds,
        dependsOnLocalZone: false,
        tickAt: (_, interval) => ({ kind: 'kept', interval }),
        minHoldBefore: (_, minHold) => minHold,
      };
    case 'timeout':
      return {
        kind: 'timeout',
        isDisabled: false,
        description: `@Timeout(${metadata.milliseconds})`,
        hasTicks: false,
        dependsOnLocalZone: false,
        tickAt: () => ({ kind: 'call' }),
        minHoldBefore: (_, minHold) => minHold,
      };
  }
}

/** Node sets a timer that it cannot hold to 1 ms: the task would ask the database a thousand times a second. */
function assertTimer({ kind, milliseconds }: Exclude<ScheduleMetadata, { kind: 'cron' }>): void {
  if (milliseconds >= 0 && milliseconds <= LONGEST_TIMER) return;
  const decorator = kind === 'interval' ? '@Interval' : '@Timeout';
  throw new Error(
    `${decorator}(${milliseconds}) is not a delay that a timer can wait: it must be from 0 to ${LONGEST_TIMER} ms. ` +
      `For a longer interval poll more often: @Interval(3_600_000) @TaskLock('a-name', '30d')`,
  );
}

function cronSchedule(metadata: CronMetadata, decorator: CronDecorator): Schedule {
  const description = `${decorator}('${String(metadata.cronTime)}')`;
  if (typeof metadata.cronTime !== 'string') {
    const { cronTime } = metadata;
    return explained(`${description} cannot be read`, () =>
      dateSchedule(new Date(cronTime.valueOf()), metadata.disabled === true),
    );
  }
  const cronTime = explained(`${description} cannot be read`, () => cronTimeOf(metadata));
  const gap = explained(`${description} never fires`, () => shortestGap(cronTime));
  const ticks = new CronTicks(cronTime);
  return {
    kind: 'cron',
    isDisabled: metadata.disabled === true,
    description,
    hasTicks: true,
    instants: ticks,
    gap,
    dependsOnLocalZone: metadata.timeZone == null && metadata.utcOffset == null && !ticksEveryHour(cronTime),
    tickAt: (now) => ({ kind: 'scheduled', scheduledTime: ticks.tickAt(now) }),
    minHoldBefore: (tick, minHold) =>
      tick.kind === 'scheduled' ? holdByItsClock(ticks.zone, tick.scheduledTime.getTime(), minHold) : minHold,
  };
}

/** As the scheduler makes it: a zone and an offset exclude each other there, too. */
function cronTimeOf({ cronTime, timeZone, utcOffset }: CronMetadata): CronTime {
  if (timeZone != null && utcOffset != null) throw new Error('give it a timeZone or a utcOffset, not both');
  return utcOffset == null ? new CronTime(cronTime, timeZone, null) : new CronTime(cronTime, null, utcOffset);
}

function explained<T>(trouble: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${trouble}: ${messageOf(error)}`, { cause: error });
  }
}

/** The milliseconds of real time that `minHold` is by the clock of the zone, where it ends at `at`. */
function holdByItsClock(zone: Zone, at: number, minHold: number): number {
  const setForward = (zone.offset(at) - zone.offset(at - minHold)) * MINUTE;
  // Set back, the clock lengthens the hold only of a task that runs by the day: 24 h later would be an hour early.
  if (setForward <= 0) return minHold > DAY / 2 ? minHold - setForward : minHold;
  // What ran after the clock was set is held in full: a task that is polled would run again at each poll. At that very
  // instant the ticks fire that stood in the hour left out, so they count as before it.
  return Math.max(minHold - setForward, at - lastChange(zone, at - minHold, at));
}

/** When the clock got the offset that it has at `until`; at `from` it had another one. */
function lastChange(zone: Zone, from: number, until: number): number {
  let [before, after] = [from, until];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (zone.offset(middle) === zone.offset(until)) after = middle;
    else before = middle;
  }
  return after;
}

function dateSchedule(scheduledTime: Date, isDisabled: boolean): Schedule {
  return {
    kind: 'cron',
    isDisabled,
    description: `@Cron(${scheduledTime.toISOString()})`,
    hasTicks: true,
    dependsOnLocalZone: false,
    tickAt: () => ({ kind: 'scheduled', scheduledTime }),
    minHoldBefore: (_, minHold) => minHold,
  };
}

/** An expression that restricts neither hours nor days ticks at the same instants in all zones of whole hours. */
function ticksEveryHour(cronTime: CronTime): boolean {
  const { hour, dayOfMonth, month, dayOfWeek } = fieldsOf(cronTime);
  return [hour, dayOfMonth, month, dayOfWeek].every(({ isAll }) => isAll);
}

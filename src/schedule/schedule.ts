import { CronTime } from 'cron';
import type { TickRequest } from '../lock/lock-store.js';
import { shortestGap } from './cron-period.js';
import { CronTicks } from './cron-ticks.js';
import type { CronMetadata, ScheduleMetadata } from './schedule-metadata.js';

const DAY = 86_400_000;

/** When a task is due, as its decorator of @nestjs/schedule says. */
export interface Schedule {
  /** As the decorator reads, for errors and logs. */
  readonly description: string;
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
 * @throws Error where the cron expression cannot be read or never fires
 */
export function scheduleOf(metadata: ScheduleMetadata): Schedule {
  switch (metadata.kind) {
    case 'cron':
      return cronSchedule(metadata.cron);
    case 'interval':
      return {
        description: `@Interval(${metadata.milliseconds})`,
        gap: metadata.milliseconds,
        dependsOnLocalZone: false,
        tickAt: (_, interval) => ({ kind: 'kept', interval }),
        minHoldBefore: (_, minHold) => minHold,
      };
    case 'timeout':
      return {
        description: `@Timeout(${metadata.milliseconds})`,
        dependsOnLocalZone: false,
        tickAt: () => ({ kind: 'call' }),
        minHoldBefore: (_, minHold) => minHold,
      };
  }
}

function cronSchedule({ cronTime: source, timeZone, utcOffset }: CronMetadata): Schedule {
  const cronTime =
    utcOffset === undefined
      ? new CronTime(source, timeZone ?? null, null)
      : new CronTime(source, null, utcOffset);
  if (cronTime.realDate) return dateSchedule(cronTime);
  const ticks = new CronTicks(cronTime);
  return {
    description: `@Cron('${String(source)}')`,
    gap: shortestGap(cronTime),
    dependsOnLocalZone: timeZone === undefined && utcOffset === undefined && !ticksEveryHour(cronTime),
    tickAt: (now) => ({ kind: 'scheduled', scheduledTime: ticks.tickAt(now) }),
    minHoldBefore(tick, minHold) {
      if (tick.kind !== 'scheduled' || ticks.zone.isUniversal) return minHold;
      const at = tick.scheduledTime.getTime();
      const setForward = (ticks.zone.offset(at) - ticks.zone.offset(at - minHold)) * 60_000;
      // Set back, the clock lengthens the hold only of a task that runs by the day: 24 h later would be an hour early.
      return Math.max(0, minHold - (setForward > 0 || minHold > DAY / 2 ? setForward : 0));
    },
  };
}

function dateSchedule({ source }: CronTime): Schedule {
  const scheduledTime = new Date(source.valueOf());
  return {
    description: `@Cron(${scheduledTime.toISOString()})`,
    dependsOnLocalZone: false,
    tickAt: () => ({ kind: 'scheduled', scheduledTime }),
    minHoldBefore: (_, minHold) => minHold,
  };
}

/** An expression that restricts neither hours nor days ticks at the same instants in all zones of whole hours. */
function ticksEveryHour(cronTime: CronTime): boolean {
  const [, , ...hoursAndDays] = cronTime.toJSON();
  return hoursAndDays.every((field) => field === '*');
}

import { CronTime } from 'cron';
import { FixedOffsetZone } from 'luxon';
import type { Zone } from 'luxon';
import { formatDuration } from '../../common/duration.js';
import type { TickRequest } from '../../store/lock-store.js';
import { holdByItsClock } from './clock-change.js';
import { fieldsOf } from './cron-fields.js';
import { shortestGap } from './shortest-gap.js';
import { CronTicks } from './cron-ticks.js';
import { describeMetadata } from './schedule-metadata.js';
import type { CronMetadata, ScheduleMetadata } from './schedule-metadata.js';
import { messageOf } from '../../common/error-text.js';

const LONGEST_TIMER = 2 ** 31 - 1;

/** The decorator that holds the cron expression, so that an error names what is written in the code. */
export type CronDecorator = '@Cron' | '@TaskCron';

/** When a task is due, according to `@TaskCron` or its decorator of @nestjs/schedule. */
export interface Schedule {
  readonly kind: ScheduleMetadata['kind'];
  /** True if its decorator disables it, so that no timer fires it. */
  readonly isDisabled: boolean;
  /** The decorator as written, like `@Interval(5000)`, for errors and logs. */
  readonly description: string;
  /** What is declared of it: the expression of a cron job, an ISO date, or `every 60s`; none of `@Timeout`. */
  readonly text?: string;
  /** The zone of a cron expression, which is the machine's where none is given; `UTC+02:00` for an offset. */
  readonly timeZone?: string;
  /** Whether its runs belong to ticks. Those of `@Timeout` do not. */
  readonly hasTicks: boolean;
  /** The instants of a cron expression, by which missed ticks are found. */
  readonly instants?: Pick<CronTicks, 'tickAt' | 'nextAfter'>;
  /** Epoch milliseconds: earlier ticks were not due, since the schedule was changed to this one while it ran. */
  readonly since?: number;
  /** What tells the schedule of a cron job from another one: expression or date, zone and offset. */
  readonly identity?: string;
  /** The shortest gap between two ticks in milliseconds; none if it ticks only once. */
  readonly gap?: number;
  /** True if the ticks depend on the machine's time zone. */
  readonly dependsOnLocalZone: boolean;
  /**
   * The tick that a timer firing at `now` claims; none if it fires at an instant that the schedule does not name.
   * `interval` is the task's own, in milliseconds.
   */
  tickAt(now: number, interval: number): TickRequest | undefined;
  /**
   * The minimum hold before a tick, in milliseconds of real time. It is shorter if the schedule's clock was set forward
   * within the hold: a three-hourly job has a gap of two hours then, and would be refused once a year.
   */
  minHoldBefore(tick: TickRequest, minHold: number): number;
}

/**
 * Reads a schedule.
 *
 * @throws Error if the cron expression cannot be read or never fires, or if a timer cannot wait the delay
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
        description: describeMetadata(metadata),
        text: `every ${inSeconds(metadata.milliseconds)}`,
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
        description: describeMetadata(metadata),
        hasTicks: false,
        dependsOnLocalZone: false,
        tickAt: () => ({ kind: 'call' }),
        minHoldBefore: (_, minHold) => minHold,
      };
  }
}

/** Node fires a timer with such a delay after 1 ms: the task would claim its lock a thousand times a second. */
function assertTimer(metadata: Exclude<ScheduleMetadata, { kind: 'cron' }>): void {
  const { milliseconds } = metadata;
  if (milliseconds >= 0 && milliseconds <= LONGEST_TIMER) return;
  throw new Error(
    `${describeMetadata(metadata)} is not a delay that a timer can wait: it must be from 0 to ${LONGEST_TIMER} ms. ` +
      `For a longer interval poll more often: @Interval(3_600_000) @TaskLock('a-name', '30d')`,
  );
}

function cronSchedule(metadata: CronMetadata, decorator: CronDecorator): Schedule {
  const description = describeMetadata({ kind: 'cron', cron: metadata }, decorator);
  if (typeof metadata.cronTime !== 'string') {
    const { cronTime } = metadata;
    return explained(`${description} cannot be read`, () =>
      dateSchedule(new Date(cronTime.valueOf()), metadata.disabled === true),
    );
  }
  const cronTime = explained(`${description} cannot be read`, () => cronTimeOf(metadata));
  return {
    ...expressionSchedule(cronTime, description),
    isDisabled: metadata.disabled === true,
    dependsOnLocalZone: metadata.timeZone == null && metadata.utcOffset == null && !ticksEveryHour(cronTime),
  };
}

/**
 * The schedule that a cron job has now: `job.setTime(…)` may have replaced the decorator's.
 *
 * @throws Error if the expression never fires
 */
export function scheduleOfJob(cronTime: CronTime): Schedule {
  if (cronTime.realDate) return dateSchedule(new Date(cronTime.source.valueOf()), false);
  return expressionSchedule(cronTime, `its cron job's '${String(cronTime.source)}'`);
}

/** See {@link Schedule.identity}. */
export function identityOfJob({ source, timeZone, utcOffset, realDate }: CronTime): string {
  return realDate ? identityOfDate(source.valueOf()) : JSON.stringify([source, timeZone, utcOffset]);
}

function identityOfDate(date: string | number): string {
  return new Date(date).toISOString();
}

function expressionSchedule(cronTime: CronTime, description: string): Schedule {
  const gap = explained(`${description} never fires`, () => shortestGap(cronTime));
  const ticks = new CronTicks(cronTime);
  return {
    kind: 'cron',
    isDisabled: false,
    description,
    text: String(cronTime.source),
    timeZone: nameOf(ticks.zone),
    hasTicks: true,
    instants: ticks,
    identity: identityOfJob(cronTime),
    gap,
    dependsOnLocalZone: false,
    tickAt: (now) => {
      const scheduledTime = ticks.firedAt(now);
      return scheduledTime && { kind: 'scheduled', scheduledTime };
    },
    minHoldBefore: (tick, minHold) =>
      tick.kind === 'scheduled' ? holdByItsClock(ticks.zone, tick.scheduledTime.getTime(), minHold) : minHold,
  };
}

/** Makes it as the scheduler does, which also refuses a zone together with an offset. */
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

function dateSchedule(scheduledTime: Date, isDisabled: boolean): Schedule {
  return {
    kind: 'cron',
    isDisabled,
    description: `@Cron(${scheduledTime.toISOString()})`,
    text: scheduledTime.toISOString(),
    hasTicks: true,
    identity: identityOfDate(scheduledTime.getTime()),
    dependsOnLocalZone: false,
    tickAt: () => ({ kind: 'scheduled', scheduledTime }),
    minHoldBefore: (_, minHold) => minHold,
  };
}

/** The name by which luxon finds the zone again. Those of its own for offsets, like `UTC+2`, are made one form. */
function nameOf(zone: Zone): string {
  return zone instanceof FixedOffsetZone && zone.name !== 'UTC'
    ? `UTC${zone.formatOffset(0, 'short')}`
    : zone.name;
}

/** As people write it: `60s`, and not `1m`. */
function inSeconds(milliseconds: number): string {
  const seconds = milliseconds / 1_000;
  return Number.isInteger(seconds) && seconds > 0 && seconds < 100
    ? `${seconds}s`
    : formatDuration(milliseconds);
}

/** An expression that restricts neither hours nor days ticks at the same instants in all zones of whole hours. */
function ticksEveryHour(cronTime: CronTime): boolean {
  const { hour, dayOfMonth, month, dayOfWeek } = fieldsOf(cronTime);
  return [hour, dayOfMonth, month, dayOfWeek].every(({ isAll }) => isAll);
}

import 'reflect-metadata';
import { Cron, Interval, Timeout } from '@nestjs/schedule';
import type { DateTime } from 'luxon';

// @nestjs/schedule does not export the keys of its metadata: they stand here and nowhere else.
const CRON_OPTIONS = 'SCHEDULE_CRON_OPTIONS';
const INTERVAL_OPTIONS = 'SCHEDULE_INTERVAL_OPTIONS';
const TIMEOUT_OPTIONS = 'SCHEDULE_TIMEOUT_OPTIONS';
const SCHEDULER_NAME = 'SCHEDULER_NAME';

export interface CronMetadata {
  cronTime: string | Date | DateTime;
  timeZone?: string | null;
  utcOffset?: number | null;
  disabled?: boolean;
  name?: string;
  /** Milliseconds after the start of the application before which the job does not begin. */
  initialDelay?: number;
}

/** What a decorator of @nestjs/schedule left on a method. */
export type ScheduleMetadata =
  | { kind: 'cron'; cron: CronMetadata }
  | { kind: 'interval'; milliseconds: number }
  | { kind: 'timeout'; milliseconds: number };

/**
 * Reads what `@Cron`, `@Interval` or `@Timeout` left on a method. Give it the function that the scheduler calls.
 *
 * @throws Error if two of them stand on it: the scheduler fires one of them, and the ticks would be those of the other
 */
export function readScheduleMetadata(method: unknown): ScheduleMetadata | undefined {
  const [schedule, other] = schedulesOf(method);
  if (!schedule || !other) return schedule;
  throw new Error(
    `${describeMetadata(schedule)} and ${describeMetadata(other)} both stand on this method, and the scheduler fires ` +
      `only the upper one: remove one, or write a method for each`,
  );
}

/** The timer that the scheduler sets for a method, if a decorator gives it a name: `@Cron(…, { name })`. */
export function namedTimerOf(method: unknown): { kind: ScheduleMetadata['kind']; name: string } | undefined {
  const [schedule] = schedulesOf(method);
  const name = schedule && metadataOf<string>(SCHEDULER_NAME, method as object);
  return schedule && name ? { kind: schedule.kind, name } : undefined;
}

/** The decorator as written, like `@Interval(5000)`. */
export function describeMetadata(metadata: ScheduleMetadata, cronDecorator = '@Cron'): string {
  switch (metadata.kind) {
    case 'cron':
      return `${cronDecorator}('${String(metadata.cron.cronTime)}')`;
    case 'interval':
      return `@Interval(${metadata.milliseconds})`;
    case 'timeout':
      return `@Timeout(${metadata.milliseconds})`;
  }
}

function schedulesOf(method: unknown): ScheduleMetadata[] {
  if (typeof method !== 'function') return [];
  const schedules: ScheduleMetadata[] = [];
  const cron = metadataOf<CronMetadata>(CRON_OPTIONS, method);
  if (cron) schedules.push({ kind: 'cron', cron });
  const interval = metadataOf<{ timeout: number }>(INTERVAL_OPTIONS, method);
  if (interval) schedules.push({ kind: 'interval', milliseconds: interval.timeout });
  const timeout = metadataOf<{ timeout: number }>(TIMEOUT_OPTIONS, method);
  if (timeout) schedules.push({ kind: 'timeout', milliseconds: timeout.timeout });
  return schedules;
}

/**
 * Decorates a method and reads the metadata back. If a new version of @nestjs/schedule changed the keys, every task
 * would look unscheduled: without ticks, it would run on every replica.
 *
 * @throws Error that names the decorators that could not be read
 */
export function assertScheduleMetadataIsReadable(): void {
  const probes = {
    Cron: Cron('* * * * *', { name: 'probe' }),
    Interval: Interval('probe', 1),
    Timeout: Timeout('probe', 1),
  };
  const unreadable = Object.entries(probes).filter(([name, decorate]) => {
    const descriptor = { value: () => {} };
    decorate({}, 'probe', descriptor);
    return namedTimerOf(descriptor.value)?.kind !== name.toLowerCase();
  });
  if (unreadable.length === 0) return;
  throw new Error(
    `The metadata of ${unreadable.map(([name]) => `@${name}`).join(', ')} cannot be read: this version of ` +
      `@nestjs/schedule keeps it under other keys than nestjs-task-lock knows. Install a version that the ` +
      `peerDependencies of nestjs-task-lock name.`,
  );
}

function metadataOf<T>(key: string, method: object): T | undefined {
  return Reflect.getMetadata(key, method) as T | undefined;
}

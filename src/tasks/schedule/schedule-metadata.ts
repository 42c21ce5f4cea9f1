import 'reflect-metadata';
import { Cron, Interval, Timeout } from '@nestjs/schedule';
import type { DateTime } from 'luxon';

// @nestjs/schedule does not export the keys of its metadata: they stand here and nowhere else.
const CRON_OPTIONS = 'SCHEDULE_CRON_OPTIONS';
const INTERVAL_OPTIONS = 'SCHEDULE_INTERVAL_OPTIONS';
const TIMEOUT_OPTIONS = 'SCHEDULE_TIMEOUT_OPTIONS';

export interface CronMetadata {
  cronTime: string | Date | DateTime;
  timeZone?: string | null;
  utcOffset?: number | null;
  disabled?: boolean;
}

/** What a decorator of @nestjs/schedule left on a method. */
export type ScheduleMetadata =
  | { kind: 'cron'; cron: CronMetadata }
  | { kind: 'interval'; milliseconds: number }
  | { kind: 'timeout'; milliseconds: number };

/** Reads what `@Cron`, `@Interval` or `@Timeout` left on a method. Give it the function that the scheduler calls. */
export function readScheduleMetadata(method: unknown): ScheduleMetadata | undefined {
  if (typeof method !== 'function') return undefined;
  const cron = metadataOf<CronMetadata>(CRON_OPTIONS, method);
  if (cron) return { kind: 'cron', cron };
  const interval = metadataOf<{ timeout: number }>(INTERVAL_OPTIONS, method);
  if (interval) return { kind: 'interval', milliseconds: interval.timeout };
  const timeout = metadataOf<{ timeout: number }>(TIMEOUT_OPTIONS, method);
  if (timeout) return { kind: 'timeout', milliseconds: timeout.timeout };
  return undefined;
}

/**
 * Decorates a method and reads the metadata back. If a new version of @nestjs/schedule changed the keys, every task
 * would look unscheduled: without ticks, it would run on every replica.
 *
 * @throws Error that names the decorators that could not be read
 */
export function assertScheduleMetadataIsReadable(): void {
  const probes = { Cron: Cron('* * * * *'), Interval: Interval(1), Timeout: Timeout(1) };
  const unreadable = Object.entries(probes).filter(([name, decorate]) => {
    const descriptor = { value: () => {} };
    decorate({}, 'probe', descriptor);
    return readScheduleMetadata(descriptor.value)?.kind !== name.toLowerCase();
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

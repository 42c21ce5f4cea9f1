import type { TaskCronSchedule } from '../task-lock.options.js';
import type { ConfigValues } from './config-values.js';
import { resolvePlaceholders } from './placeholder.js';

/** A cron expression and its zone, with their placeholders resolved. */
export interface CronSettings {
  cronTime: string;
  timeZone?: string;
  utcOffset?: number;
}

/**
 * What `@TaskCron` says, once the configuration is known.
 *
 * @throws PlaceholderError
 */
export function cronSettings(
  { expression, timeZone, utcOffset }: TaskCronSchedule,
  values: ConfigValues,
): CronSettings {
  if (typeof expression !== 'string')
    throw new Error(
      `the cron expression of @TaskCron must be a text, like '0 3 * * *'; it is ${typeof expression}`,
    );
  // An empty one is that of the machine, as where none is given: cron would take it for UTC.
  const zone =
    timeZone === undefined ? undefined : String(resolvePlaceholders(timeZone, values)) || undefined;
  return { cronTime: String(resolvePlaceholders(expression, values)), timeZone: zone, utcOffset };
}

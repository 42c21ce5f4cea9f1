import { DateTime } from 'luxon';
import type { TaskCronSchedule } from '../options.js';
import type { ConfigValues } from './placeholders.js';
import { resolvePlaceholders } from './placeholders.js';

/** A cron expression and its zone, with their placeholders resolved. */
export interface CronSettings {
  cronTime: string;
  timeZone?: string;
  utcOffset?: number;
}

/** No zone is a whole day away from UTC. */
const MINUTES_OF_A_DAY = 1_440;

/**
 * Reads the schedule of `@TaskCron`.
 *
 * @throws PlaceholderError, or an Error that says what is wrong with the expression, zone or offset
 */
export function cronSettings(
  { expression, timeZone, utcOffset }: TaskCronSchedule,
  values: ConfigValues,
): CronSettings {
  if (typeof expression !== 'string')
    throw new Error(
      `the cron expression of @TaskCron must be a string, like '0 3 * * *'; it is ${typeof expression}`,
    );
  if (utcOffset !== undefined && !(Number.isInteger(utcOffset) && Math.abs(utcOffset) < MINUTES_OF_A_DAY))
    throw new Error(
      `the utcOffset of @TaskCron must be whole minutes, like 60 for an hour east; it is ${String(utcOffset)}`,
    );
  const zone = timeZone === undefined ? undefined : zoneOf(timeZone, values);
  return { cronTime: String(resolvePlaceholders(expression, values)), timeZone: zone, utcOffset };
}

function zoneOf(timeZone: string, values: ConfigValues): string | undefined {
  const refused = "the timeZone of @TaskCron must be an IANA zone, like 'Europe/Paris'; it is";
  if (typeof timeZone !== 'string') throw new Error(`${refused} ${String(timeZone)}`);
  const zone = String(resolvePlaceholders(timeZone, values));
  // Empty means the zone of the machine, as if none was given. cron would read it as UTC.
  if (zone === '') return undefined;
  if (DateTime.local({ zone }).isValid) return zone;
  const from = zone === timeZone ? '' : `, which is what '${timeZone}' resolved to`;
  throw new Error(`${refused} '${zone}'${from}`);
}

import { userInfo } from 'node:os';
import { DateTime } from 'luxon';
import { DurationError, parseDuration } from '../common/duration.js';
import { messageOf } from '../common/error-text.js';
import { UsageError } from './exit-codes.js';

/** The end of a time zone: `Z` or an offset. Without one, an instant means another one on each machine. */
const WITH_OFFSET = /(z|[+-]\d\d(:?\d\d)?)$/i;
const HAS_TIME = /t\d\d/i;
/** A time of day alone, which would be that of today. */
const HAS_NO_DATE = /^t?\d\d:/i;

/**
 * Reads an instant.
 *
 * @throws UsageError that says what is wrong, and how to write it
 */
export function instant(option: string, text: string): Date {
  const example = `write it like ${option} 2026-11-27T06:00:00Z, or with an offset: 2026-11-27T06:00:00+01:00`;
  const read = DateTime.fromISO(text.trim());
  if (!read.isValid) throw new UsageError(`${option} '${text}' is not an instant: ${example}`);
  if (HAS_NO_DATE.test(text.trim())) throw new UsageError(`${option} '${text}' has no date: ${example}`);
  if (!HAS_TIME.test(text)) throw new UsageError(`${option} '${text}' has no time of day: ${example}`);
  if (!WITH_OFFSET.test(text.trim()))
    throw new UsageError(`${option} '${text}' has no time zone, so its instant would be a guess: ${example}`);
  return read.toJSDate();
}

/** The end of a pause: none where only a resume ends it. `now` is the database's clock. */
export function endOfPause(given: { until?: string; for?: string }, now: Date): Date | undefined {
  if (given.until !== undefined && given.for !== undefined)
    throw new UsageError('--until and --for both say when the pause ends: give one of them');
  if (given.for !== undefined) return new Date(now.getTime() + lengthOf('--for', given.for));
  if (given.until === undefined) return undefined;
  const until = instant('--until', given.until);
  if (until <= now)
    throw new UsageError(
      `--until '${given.until}' lies in the past: it is ${now.toISOString()} by the database's clock`,
    );
  return until;
}

/** Between two parts of a length, like those of `1h 30m`, which is how this program shows one. */
const BETWEEN_PARTS = /(?<=[a-z])\s*(?=\d)/i;
const ISO_8601 = /^\s*P/;

function lengthOf(option: string, text: string): number {
  const parts = ISO_8601.test(text) ? [text] : text.trim().split(BETWEEN_PARTS);
  let length = 0;
  try {
    for (const part of parts) length += parseDuration(part);
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    throw new UsageError(`${option} ${error.message}`);
  }
  if (length === 0) throw new UsageError(`${option} '${text}' is no time at all: write it like ${option} 2h`);
  return length;
}

/** The arguments of a call, as a JSON array. */
export function callArguments(text: string): unknown[] {
  const example = `--args '["2026-11-27", { "dryRun": true }]'`;
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      `--args is not JSON (${messageOf(error)}): write the arguments of the method as an array in single quotes, ` +
        `like ${example}`,
    );
  }
  if (Array.isArray(read)) return read;
  throw new UsageError(
    `--args must be a JSON array, one element an argument: for this one argument write --args '[${text}]'`,
  );
}

/** Who acts. */
export function actor(by: string | undefined, env: NodeJS.ProcessEnv, shellUser = userOfTheShell): string {
  const name = (by ?? shellUser() ?? env['USER'] ?? '').trim();
  if (name !== '') return name;
  throw new UsageError(
    by === undefined
      ? 'nobody knows who acts: the shell has no user here, so give --by NAME'
      : '--by is empty: give the name of who acts, like --by anna',
  );
}

/** Throws where a process runs under a number that has no user, as in many containers. */
function userOfTheShell(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

/** A whole number between two bounds. */
export function wholeNumber(option: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new UsageError(`${option} '${text}' must be a whole number from ${least} to ${most}`);
  };
}

/** The fence of a run, as it is shown. */
export function fenceOf(text: string): string {
  if (/^\d{1,19}$/.test(text)) return text;
  throw new UsageError(`--fence '${text}' is not a fence: it is the number that describe shows for the run`);
}

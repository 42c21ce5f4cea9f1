import { Duration } from 'luxon';
import ms from 'ms';

/**
 * A length of time: a number of milliseconds, as in `@Interval`, or a string with its unit. For example `500ms`, `30s`,
 * `5m`, `24h`, `7d`, or ISO 8601: `PT5M`, `P1D`. A string of digits alone is refused, because its unit would be a
 * guess.
 */
export type DurationInput = number | string;

/** Digits and a unit that is not in doubt. `M` is refused: some read it as minutes, others as months. */
const WITH_UNIT =
  /^\d+(\.\d+)? *(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)$/;
const BARE_NUMBER = /^\d+(\.\d+)?$/;
/** At least one digit, because luxon reads a bare `P` or `PT` as 0. */
const ISO_8601 = /^P.*\d/;

/** Milliseconds: the longest length of time that is read. */
export const LONGEST = 100 * 366 * 86_400_000;

/** Thrown by {@link parseDuration}. The message begins with the text that was given. */
export class DurationError extends Error {}

/**
 * Reads a length of time, in milliseconds.
 *
 * @throws DurationError if the length has no unit, is negative, is longer than a hundred years, or cannot be read
 */
export function parseDuration(input: DurationInput): number {
  if (typeof input !== 'number' && typeof input !== 'string') {
    throw new DurationError(
      `${String(input)} is not a length of time: write it like '24h', or as a number of milliseconds`,
    );
  }
  const value = typeof input === 'number' ? input : parseText(input.trim());
  if (!Number.isFinite(value) || value < 0) {
    const given = typeof input === 'number' ? String(input) : `'${input}'`;
    throw new DurationError(`${given} is not a length of time: it must be 0 or more`);
  }
  // Far longer ones overflow what Postgres and Date can add to an instant, and each claim would fail.
  if (value > LONGEST) {
    throw new DurationError(
      `${typeof input === 'number' ? input : `'${input}'`} is longer than a hundred years`,
    );
  }
  return value;
}

function parseText(text: string): number {
  if (BARE_NUMBER.test(text)) {
    throw new DurationError(
      `'${text}' carries no unit: write '${text}s' for seconds or '${text}ms' (or the number ${text}) for milliseconds`,
    );
  }
  if (ISO_8601.test(text)) {
    const duration = Duration.fromISO(text);
    if (duration.isValid) return duration.toMillis();
  } else if (WITH_UNIT.test(text)) {
    return ms(text as ms.StringValue);
  }
  throw new DurationError(
    `'${text}' is not a length of time: write it like '500ms', '30s', '5m', '24h', '7d' or 'PT5M'`,
  );
}

/**
 * A length of time as an option takes it: `90m` rather than `1.5h`, but `21.6h` and not `1296m`. Exact, because people
 * copy it from a message into their code.
 */
export function formatDuration(milliseconds: number): string {
  const [unit, size] = UNITS.find(([, each]) => milliseconds >= each && milliseconds % each === 0) ?? [
    'ms',
    1,
  ];
  const count = milliseconds / size;
  const larger = count < MOST_OF_A_UNIT ? undefined : UNITS.find(([, each]) => isShortIn(each, milliseconds));
  return larger ? `${milliseconds / larger[1]}${larger[0]}` : `${count}${unit}`;
}

/** From this many on, a number with decimals of a larger unit is easier to read. */
const MOST_OF_A_UNIT = 100;

function isShortIn(size: number, milliseconds: number): boolean {
  const count = milliseconds / size;
  return count >= 1 && Number(count.toFixed(2)) * size === milliseconds;
}

/** A length of time for who glances at it: its two largest units, `2h 5m`, `3d`, `250ms`. */
export function roughDuration(milliseconds: number): string {
  const first = UNITS.findIndex(([, size]) => milliseconds >= size);
  if (first < 0) return `${Math.floor(milliseconds)}ms`;
  let rest = milliseconds;
  const parts = UNITS.slice(first, first + 2).map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count > 0 ? [`${count}${unit}`] : [];
  });
  return parts.flat().join(' ');
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

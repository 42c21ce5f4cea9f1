import { DateTime } from 'luxon';
import { messageOf } from '../common/error-text.js';
import { argumentsText } from '../common/json-arguments.js';
import { lockOf } from '../store/lock-name.js';
import type { SeenRun } from '../store/operator-store.js';
import { RUN_OUTCOMES } from '../store/recorded-run.js';
import type { RunOutcome } from '../store/recorded-run.js';
import { TaskLockOperatorError } from './operator-errors.js';

export const LONGEST_REASON = 500;
const LONGEST_BY = 200;
const GREATEST_FENCE = 2n ** 63n - 1n;

/** Reads the arguments of one method of the operator. Every error names the method and the option. */
export class OperatorInput {
  constructor(private readonly method: string) {}

  /** Who acts. */
  by(by: unknown): string {
    if (typeof by !== 'string' || by.trim() === '')
      throw this.problem('by', 'is missing: it says who acts', `write { by: 'ana' }`);
    return this.storable('by', by, LONGEST_BY);
  }

  reason(reason: unknown): string | undefined {
    if (reason === undefined) return undefined;
    if (typeof reason !== 'string')
      throw this.problem('reason', `must be a text; it is ${described(reason)}`);
    return this.storable('reason', reason, LONGEST_REASON);
  }

  requiredReason(reason: unknown): string {
    const given = this.reason(reason);
    if (given === undefined || given.trim() === '')
      throw this.problem(
        'reason',
        'is missing: who looks later must know why',
        `write { reason: 'the supplier is down' }`,
      );
    return given;
  }

  private fence(fence: unknown): bigint {
    const isNumber =
      typeof fence === 'bigint' || (typeof fence === 'string' && /^\d+$/.test(fence)) || isSafe(fence);
    const number = isNumber ? BigInt(fence) : -1n;
    if (number >= 0n && number <= GREATEST_FENCE) return number;
    throw this.problem(
      'fence',
      `must be the number of the run that you saw, like '1767225600000'; it is ${described(fence)}`,
    );
  }

  key(key: unknown): string | undefined {
    if (key === undefined) return undefined;
    if (typeof key === 'string' && key !== '') return key;
    throw this.problem('key', `must be a text that is not empty; it is ${described(key)}`);
  }

  /** An instant, as a Date or as ISO 8601 with an offset: a text without one would mean another time on each machine. */
  instant(option: string, instant: unknown): Date | undefined {
    if (instant === undefined) return undefined;
    const date = typeof instant === 'string' ? readIso(instant) : instant;
    if (date instanceof Date && isStorable(date)) return date;
    throw this.problem(
      option,
      `must be an instant with its offset, like '2026-03-01T12:00:00Z'; it is ${described(instant)}`,
    );
  }

  /** A count, cut to the greatest that is answered. */
  count(option: string, count: unknown, byDefault: number, most: number): number {
    if (count === undefined) return byDefault;
    if (typeof count === 'number' && Number.isInteger(count) && count >= 1) return Math.min(count, most);
    throw this.problem(option, `must be a whole number from 1 to ${most}; it is ${described(count)}`);
  }

  oneOf<T extends string>(option: string, value: unknown, known: readonly T[]): T | undefined {
    if (value === undefined) return undefined;
    const found = known.find((each) => each === value);
    if (found !== undefined) return found;
    throw this.problem(option, `must be one of ${known.join(', ')}; it is ${described(value)}`);
  }

  outcomes(outcome: unknown): RunOutcome[] | undefined {
    if (outcome === undefined) return undefined;
    const asked: readonly unknown[] = Array.isArray(outcome) ? outcome : [outcome];
    return asked.map((each) => this.oneOf('outcome', each ?? '', RUN_OUTCOMES)!);
  }

  /** The run that the operator saw. */
  seenRun(task: string, { fence, key }: { fence: unknown; key?: unknown }): SeenRun {
    const keyed = this.key(key);
    return { name: lockOf(task, keyed), task, key: keyed, fence: this.fence(fence) };
  }

  /** The arguments of a run as JSON text: an array, or its text. */
  args(args: unknown): string | undefined {
    if (args === undefined) return undefined;
    const array = typeof args === 'string' ? this.parsed(args) : args;
    if (!Array.isArray(array)) {
      throw this.problem(
        'args',
        `must be a JSON array with one element an argument, like '[1, "a"]'; it is ${described(args)}`,
      );
    }
    try {
      return argumentsText(array);
    } catch (error) {
      throw this.problem('args', `cannot be stored: ${messageOf(error)}`);
    }
  }

  problem(option: string, problem: string, inCode?: string): TaskLockOperatorError {
    return new TaskLockOperatorError({ kind: 'input', method: this.method, option, problem }, inCode);
  }

  refused(problem: string): TaskLockOperatorError {
    return new TaskLockOperatorError({ kind: 'refused', method: this.method, problem });
  }

  private parsed(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw this.problem('args', `is no JSON: ${messageOf(error)}; write an array like '[1, "a"]'`);
    }
  }

  private storable(option: string, text: string, most: number): string {
    if (text.length > most)
      throw this.problem(option, `must be at most ${most} characters long; it has ${text.length}`);
    if (text.includes('\0') || !text.isWellFormed())
      throw this.problem(
        option,
        'must not contain NUL or half of a surrogate pair: the database cannot store them',
      );
    return text;
  }
}

function readIso(text: string): Date | undefined {
  // Luxon takes a text without an offset for local time.
  if (!/(Z|[+-]\d\d(:?\d\d)?)$/i.test(text) || !text.includes('T')) return undefined;
  const read = DateTime.fromISO(text);
  return read.isValid ? read.toJSDate() : undefined;
}

/** Of four digits: Postgres reads no other years as ISO 8601 writes them. */
function isStorable(date: Date): boolean {
  const year = date.getUTCFullYear();
  return year >= 1 && year <= 9999;
}

function isSafe(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function described(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 100 ? `${value.slice(0, 100)}…` : value}'`;
  if (typeof value === 'object' && value !== null && !(value instanceof Date))
    return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
}

import type { Schedule } from '../schedule/schedule.js';
import type { Overlap, TaskLockDefinition } from '../options.js';
import type { KeyFunction } from './lock-key.js';

/** What a task does with calls that overlap and ticks that were missed; durations are milliseconds. */
export interface CallSettings {
  /** One lock for each key. */
  key?: KeyFunction;
  overlap: Overlap;
  /** Set if calls wait. */
  waitTimeout?: number;
  /** How old a missed tick may be and still run. Set with `missed: 'once'`. */
  catchupWindow?: number;
}

interface CallProblem {
  option: keyof TaskLockDefinition;
  message: string;
}

const OVERLAPS: readonly unknown[] = ['skip', 'wait', 'throw', 'bufferOne'] satisfies Overlap[];
const MISSED: readonly unknown[] = ['skip', 'once'];

/** A hundred years: no tick is too old. */
const ANY_AGE = 100 * 366 * 86_400_000;

/**
 * Reads these settings, and refuses combinations that cannot work. `duration` reads one option and reports its
 * problems.
 */
export function callSettings(
  definition: TaskLockDefinition,
  schedule: Schedule | undefined,
  duration: (option: 'waitTimeout' | 'catchupWindow') => number | undefined,
): { settings: CallSettings; problems: CallProblem[] } {
  const problems: CallProblem[] = [];
  const refuse = (option: CallProblem['option'], message: string): void => {
    problems.push({ option, message });
  };
  const { key, overlap = 'skip', missed = 'skip' } = definition;

  if (key !== undefined && typeof key !== 'function')
    refuse(
      'key',
      `must be a function of the method's arguments, like (id: number) => id; it is ${typeof key}`,
    );
  else if (key && schedule)
    refuse(
      'key',
      `${schedule.description} calls without arguments, so there is nothing to compute a key from`,
    );

  if (!OVERLAPS.includes(overlap))
    refuse('overlap', `'${String(overlap)}' must be skip, wait, throw or bufferOne`);
  const waitTimeout = duration('waitTimeout');
  if (overlap === 'wait' && definition.waitTimeout === undefined)
    refuse(
      'waitTimeout',
      `is needed for overlap: 'wait', like '30s': a wait without a bound would pile up calls`,
    );
  if (overlap !== 'wait' && definition.waitTimeout !== undefined)
    refuse('waitTimeout', `is for overlap: 'wait'; this task's is '${String(overlap)}'`);
  if (waitTimeout === 0)
    refuse('waitTimeout', `must be more than 0; leave overlap out if calls should not wait`);

  if (!MISSED.includes(missed)) refuse('missed', `'${String(missed)}' must be skip or once`);
  if (missed === 'once' && !schedule?.instants)
    refuse(
      'missed',
      `needs a @Cron expression: ${schedule?.description ?? 'a call'} has no ticks that can be missed`,
    );
  const window = duration('catchupWindow');
  if (missed !== 'once' && definition.catchupWindow !== undefined)
    refuse('catchupWindow', `is for missed: 'once'`);
  if (window === 0) refuse('catchupWindow', `must be more than 0: a missed tick is always in the past`);

  return {
    settings: {
      key: typeof key === 'function' ? key : undefined,
      overlap,
      waitTimeout: overlap === 'wait' ? waitTimeout : undefined,
      catchupWindow: missed === 'once' ? (window ?? ANY_AGE) : undefined,
    },
    problems,
  };
}

import type { Debounce, TaskLockDefinition } from '../options.js';
import { messageOf } from '../../common/error-text.js';
import { formatDuration } from '../../common/duration.js';
import type { DurationInput } from '../../common/duration.js';

/** What a task does with requests; durations are milliseconds. */
export interface RequestSettings {
  /** After how many attempts a request is parked. */
  attempts: number;
  debounce?: { delay: number; maxDelay: number; mode: 'trailing' | 'leading' };
  /** Whether the task says that it is requested, so that every replica polls for its requests. */
  expectsRequests: boolean;
}

interface RequestProblem {
  option: 'attempts' | 'debounce' | 'overlap';
  message: string;
}

const DEFAULT_ATTEMPTS = 5;
const MOST_ATTEMPTS = 1_000;
/** In delays: calls that never pause must not put their run off for ever. */
const DEFAULT_LONGEST = 10;

/** Milliseconds. A request is for a run soon: what is further ahead needs a schedule. */
export const LONGEST_DELAY = 30 * 24 * 3_600_000;

const KNOWN: ReadonlySet<string> = new Set<keyof Debounce>(['delay', 'maxDelay', 'mode']);

/** Reads these settings, and refuses combinations that cannot work. `duration` resolves placeholders, and may throw. */
export function requestSettings(
  { attempts, debounce, overlap = 'skip' }: TaskLockDefinition,
  duration: (input: DurationInput) => number,
): { settings: RequestSettings; problems: RequestProblem[] } {
  const problems: RequestProblem[] = [];
  const refuse = (option: RequestProblem['option'], message: string): void => {
    problems.push({ option, message });
  };
  if (attempts !== undefined && !(Number.isInteger(attempts) && attempts >= 1 && attempts <= MOST_ATTEMPTS))
    refuse(
      'attempts',
      `${String(attempts)} must be a whole number from 1 to ${MOST_ATTEMPTS}: 1 does not try again`,
    );

  if (debounce !== undefined && overlap !== 'skip')
    refuse(
      'overlap',
      `'${overlap}' is of no use with debounce, where a call is a request that waits by itself: leave it out`,
    );
  return {
    settings: {
      attempts: attempts ?? DEFAULT_ATTEMPTS,
      debounce: debounce === undefined ? undefined : readDebounce(debounce, duration, refuse),
      expectsRequests: debounce !== undefined || attempts !== undefined || overlap === 'bufferOne',
    },
    problems,
  };
}

function readDebounce(
  debounce: Debounce,
  duration: (input: DurationInput) => number,
  refuse: (option: 'debounce', message: string) => void,
): RequestSettings['debounce'] {
  const wrong = (message: string): undefined => void refuse('debounce', message);
  if (typeof debounce !== 'object' || debounce === null)
    return wrong(
      `must be an object, like { delay: '5s' }; it is ${debounce === null ? 'null' : typeof debounce}`,
    );
  for (const option of Object.keys(debounce)) {
    if (!KNOWN.has(option)) wrong(`${option} is none of its options; there are ${[...KNOWN].join(', ')}`);
  }
  const { mode = 'trailing' } = debounce;
  const read = (option: 'delay' | 'maxDelay'): number | undefined => {
    const given = debounce[option];
    if (given === undefined) return undefined;
    try {
      const value = duration(given);
      if (value > LONGEST_DELAY)
        wrong(`${option} of ${formatDuration(value)} is more than ${formatDuration(LONGEST_DELAY)}`);
      return value;
    } catch (error) {
      return wrong(`${option}: ${messageOf(error)}`);
    }
  };
  if (mode !== 'trailing' && mode !== 'leading') wrong(`mode '${String(mode)}' must be trailing or leading`);
  const delay = read('delay');
  const maxDelay = read('maxDelay');
  if (debounce.delay === undefined) return wrong("delay is needed, like { delay: '5s' }");
  if (delay === undefined) return undefined;
  if (delay === 0) return wrong('delay must be more than 0: without one there is nothing to wait for');
  if (mode === 'leading' && maxDelay !== undefined)
    return wrong('maxDelay is for trailing: leading waits no longer than delay');
  if (maxDelay !== undefined && maxDelay <= delay)
    return wrong(
      `maxDelay of ${formatDuration(maxDelay)} must be more than the delay of ${formatDuration(delay)}, or no request ` +
        `puts the run off`,
    );
  return { delay, maxDelay: maxDelay ?? Math.min(DEFAULT_LONGEST * delay, LONGEST_DELAY), mode };
}

import { within } from './clock.js';
import type { LockClock } from './clock.js';
import { LockStoreUnavailableError } from '../store/lock-store.js';

/**
 * The answer of a store.
 *
 * @throws LockStoreUnavailableError where none has come after `delay` milliseconds
 */
export async function answerWithin<T>(clock: LockClock, delay: number, answer: Promise<T>): Promise<T> {
  const answers = await within(
    clock,
    delay,
    answer.then((value) => [value] as const),
  );
  if (!answers) throw new LockStoreUnavailableError('the database did not answer', true);
  return answers[0];
}

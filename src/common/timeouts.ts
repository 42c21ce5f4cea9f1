import type { LockClock } from './clock.js';
import { LockStoreUnavailableError } from './store-unavailable.error.js';

/** Resolves to the answer, or to `undefined` if `timeout` milliseconds pass without one. */
export function within<T>(clock: LockClock, timeout: number, answer: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const cancel = clock.timer(timeout, () => resolve(undefined), true);
    answer.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: Error) => {
        cancel();
        reject(error);
      },
    );
  });
}

/**
 * Resolves to a store's answer.
 *
 * @throws LockStoreUnavailableError if `timeout` milliseconds pass without one
 */
export async function answerWithin<T>(clock: LockClock, timeout: number, answer: Promise<T>): Promise<T> {
  const answers = await within(
    clock,
    timeout,
    answer.then((value) => [value] as const),
  );
  if (!answers) throw new LockStoreUnavailableError('the database did not answer', true);
  return answers[0];
}

/** A pause that can be ended early. */
export interface Pause {
  /** Resolves when the time is over, or when `end` is called. */
  over: Promise<void>;
  end: () => void;
}

/** Starts a pause of `delay` milliseconds, which keeps the process alive unless told otherwise. */
export function startPause(clock: LockClock, delay: number, keepAlive = true): Pause {
  let end = (): void => {};
  const over = new Promise<void>((resolve) => {
    const cancel = clock.timer(delay, resolve, keepAlive);
    end = () => {
      cancel();
      resolve();
    };
  });
  return { over, end };
}

/** Resolves after `delay` milliseconds, or as soon as `signal` aborts. */
export async function pause(clock: LockClock, delay: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  const { over, end } = startPause(clock, delay);
  signal?.addEventListener('abort', end, { once: true });
  await over;
  signal?.removeEventListener('abort', end);
}

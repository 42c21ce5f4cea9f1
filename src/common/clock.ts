/** An instant by both clocks of a process: the wall clock can be set, and the monotonic one can stand still. */
export interface Instant {
  wall: number;
  monotonic: number;
}

/** Time as the lock sees it. Injected, so that tests need not wait. All values are milliseconds. */
export interface LockClock {
  /** The wall clock: epoch milliseconds. */
  now(): number;
  monotonic(): number;
  /** Calls back once after `delay`. Returns a function that cancels. Keeps the process alive only with `keepAlive`. */
  timer(delay: number, callback: () => void, keepAlive?: boolean): () => void;
}

/** Longer delays make `setTimeout` fire at once. */
const MAX_TIMEOUT = 2 ** 31 - 1;

export class SystemLockClock implements LockClock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  timer(delay: number, callback: () => void, keepAlive = false): () => void {
    if (delay > MAX_TIMEOUT) return this.longTimer(delay, callback, keepAlive);
    const handle = setTimeout(callback, Math.max(delay, 0));
    if (!keepAlive) handle.unref();
    return () => clearTimeout(handle);
  }

  private longTimer(delay: number, callback: () => void, keepAlive: boolean): () => void {
    const due = this.monotonic() + delay;
    const rearm = (): void => void (cancel = this.timer(due - this.monotonic(), callback, keepAlive));
    let cancel = this.timer(MAX_TIMEOUT, rearm, keepAlive);
    return () => cancel();
  }
}

export function instantOf(clock: LockClock): Instant {
  return { wall: clock.now(), monotonic: clock.monotonic() };
}

/**
 * Milliseconds since an instant, by the clock that has moved further. Neither alone is safe: a suspended machine can
 * stop the monotonic clock, and somebody can set the wall clock back.
 */
export function elapsedSince(clock: LockClock, since: Instant): number {
  return Math.max(clock.now() - since.wall, clock.monotonic() - since.monotonic);
}

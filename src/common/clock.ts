/** An instant by both of a process's clocks: the wall clock can be set, the monotonic one stands still in a pause. */
export interface Instant {
  wall: number;
  monotonic: number;
}

/** Time as the lock sees it. Injected, so that tests need not wait. All values are milliseconds. */
export interface LockClock {
  /** The wall clock: epoch milliseconds. */
  now(): number;
  monotonic(): number;
  /** Calls back once after `delay`; the answer cancels it. Keeps the process alive only where `keepAlive` is set. */
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
    const goOn = (): void => void (cancel = this.timer(due - this.monotonic(), callback, keepAlive));
    let cancel = this.timer(MAX_TIMEOUT, goOn, keepAlive);
    return () => cancel();
  }
}

export function instantOf(clock: LockClock): Instant {
  return { wall: clock.now(), monotonic: clock.monotonic() };
}

/**
 * Milliseconds since an instant by the clock that moved further. Neither alone is safe: a suspended machine stops
 * the monotonic clock, an adjusted wall clock jumps back.
 */
export function elapsedSince(clock: LockClock, since: Instant): number {
  return Math.max(clock.now() - since.wall, clock.monotonic() - since.monotonic);
}

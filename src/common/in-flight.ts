import { startPause } from './timeouts.js';
import type { LockClock } from './clock.js';

/** Counts claims, runs and releases that have begun and not ended, so that a shutdown can wait for them. */
export class InFlight {
  private left = 0;
  private whenNoneIsLeft = (): void => {};

  track<T>(begun: Promise<T>): Promise<T> {
    const end = this.begin();
    begun.then(end, end);
    return begun;
  }

  /** Counts one piece of work until the returned function is called. */
  begin(): () => void {
    this.left++;
    return () => {
      if (--this.left === 0) this.whenNoneIsLeft();
    };
  }

  /** Resolves when nothing is left, work that began meanwhile included, or after `timeout` milliseconds. */
  async ended(clock: LockClock, timeout: number): Promise<void> {
    const limit = startPause(clock, timeout);
    let isOver = false;
    const expired = limit.over.then(() => (isOver = true));
    while (this.left > 0 && !isOver) {
      const none = new Promise<void>((resolve) => (this.whenNoneIsLeft = resolve));
      await Promise.race([none, expired]);
    }
    limit.end();
  }
}

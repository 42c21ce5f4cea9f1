import { startPause } from './timeouts.js';
import type { LockClock } from './clock.js';

/** Counts the claims, runs and releases in progress, so that a shutdown can wait for them. */
export class InFlight {
  private count = 0;
  private onIdle = (): void => {};

  track<T>(begun: Promise<T>): Promise<T> {
    this.begin();
    const end = (): void => this.end();
    begun.then(end, end);
    return begun;
  }

  /** Counts one piece of work until {@link end} is called for it. */
  begin(): void {
    this.count++;
  }

  end(): void {
    if (--this.count === 0) this.onIdle();
  }

  /** Resolves when all work has ended, even work that began meanwhile, or after `timeout` milliseconds. */
  async ended(clock: LockClock, timeout: number): Promise<void> {
    const limit = startPause(clock, timeout);
    let isOver = false;
    const expired = limit.over.then(() => (isOver = true));
    while (this.count > 0 && !isOver) {
      const idle = new Promise<void>((resolve) => (this.onIdle = resolve));
      await Promise.race([idle, expired]);
    }
    limit.end();
  }
}

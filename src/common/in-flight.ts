import { patienceOf } from './clock.js';
import type { LockClock } from './clock.js';

/** What a shutdown has to wait for: claims, runs and releases that have begun and have not ended. */
export class UnfinishedWork {
  private left = 0;
  private whenNoneIsLeft = (): void => {};

  track<T>(begun: Promise<T>): Promise<T> {
    const end = this.begin();
    begun.then(end, end);
    return begun;
  }

  /** Tracks work that ends when the answer is called, once. */
  begin(): () => void {
    this.left++;
    return () => {
      if (--this.left === 0) this.whenNoneIsLeft();
    };
  }

  /** Resolves when nothing is left, also of what began meanwhile, or when `patience` milliseconds have passed. */
  async ended(clock: LockClock, patience: number): Promise<void> {
    const enough = patienceOf(clock, patience);
    let isOver = false;
    const expired = enough.over.then(() => (isOver = true));
    while (this.left > 0 && !isOver) {
      const none = new Promise<void>((resolve) => (this.whenNoneIsLeft = resolve));
      await Promise.race([none, expired]);
    }
    enough.end();
  }
}

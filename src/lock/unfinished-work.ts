import type { LockClock } from './lock-clock.js';
import { pause } from './lock-clock.js';

/** What a shutdown has to wait for: claims, runs and releases that have begun and have not ended. */
export class UnfinishedWork {
  private readonly work = new Set<Promise<void>>();

  track<T>(begun: Promise<T>): Promise<T> {
    const done = (): void => void this.work.delete(ended);
    const ended: Promise<void> = begun.then(done, done);
    this.work.add(ended);
    return begun;
  }

  /** Tracks work that ends when the answer is called. */
  begin(): () => void {
    let end = (): void => {};
    void this.track(new Promise<void>((resolve) => (end = resolve)));
    return end;
  }

  /** Resolves when nothing is left, also of what began meanwhile, or when `patience` milliseconds have passed. */
  async ended(clock: LockClock, patience: number): Promise<void> {
    const enough = new AbortController();
    const expired = pause(clock, patience, enough.signal).then(() => enough.abort());
    while (this.work.size > 0 && !enough.signal.aborted) {
      await Promise.race([Promise.all(this.work), expired]);
    }
    enough.abort();
  }
}

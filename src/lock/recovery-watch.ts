import type { LockClock } from './lock-clock.js';

/** Milliseconds over which replicas spread their looks, which one and the same lease sets off. */
const SPREAD = 1_000;

/**
 * Looks for the ticks of runs that died, for the tasks that ask for it: at the start, and when the lease of a run that a
 * claim was lost to could have ended. A look that meets a renewed lease asks for the next one, so that nothing is polled
 * while nothing runs.
 */
export class RecoveryWatch {
  private readonly looks = new Map<string, () => void>();
  private readonly waiting = new Map<string, () => void>();
  private ended = false;

  constructor(private readonly clock: LockClock) {}

  watch(name: string, look: () => void): void {
    this.looks.set(name, look);
    look();
  }

  /** `delay`: milliseconds until the lease ends. The look that comes first stays: it asks for the next one. */
  lookIn(name: string, delay: number): void {
    const look = this.looks.get(name);
    if (!look || this.ended || this.waiting.has(name)) return;
    const cancel = this.clock.timer(Math.max(delay, 0) + Math.random() * SPREAD, () => {
      this.waiting.delete(name);
      look();
    });
    this.waiting.set(name, cancel);
  }

  end(): void {
    this.ended = true;
    for (const cancel of this.waiting.values()) cancel();
    this.waiting.clear();
  }
}

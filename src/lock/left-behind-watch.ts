import type { LockClock } from '../common/clock.js';

/** Milliseconds over which replicas spread their looks, which one and the same lease sets off. */
const SPREAD = 1_000;

/**
 * Looks for the ticks of runs that died, for the tasks that ask for it: at the start, and when the lease of a run that a
 * claim was lost to could have ended. A look that meets a renewed lease asks for the next one, so that nothing is polled
 * while nothing runs.
 */
export class LeftBehindWatch {
  private readonly looks = new Map<string, () => void>();
  private readonly waiting = new Map<string, { due: number; cancel: () => void }>();
  private ended = false;

  constructor(private readonly clock: LockClock) {}

  watch(name: string, look: () => void): void {
    this.looks.set(name, look);
    look();
  }

  /**
   * `delay`: milliseconds until the lease ends. Of several looks the one that is due first stays, and asks for the next:
   * behind one that met a lease extended by hand, a run that died later would wait for hours.
   */
  lookIn(name: string, delay: number): void {
    const look = this.looks.get(name);
    const due = this.clock.monotonic() + Math.max(delay, 0);
    const waiting = this.waiting.get(name);
    if (!look || this.ended || (waiting && waiting.due <= due)) return;
    waiting?.cancel();
    const cancel = this.clock.timer(Math.max(delay, 0) + Math.random() * SPREAD, () => {
      this.waiting.delete(name);
      look();
    });
    this.waiting.set(name, { due, cancel });
  }

  end(): void {
    this.ended = true;
    for (const { cancel } of this.waiting.values()) cancel();
    this.waiting.clear();
  }
}

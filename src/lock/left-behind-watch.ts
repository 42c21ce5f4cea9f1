import type { LockClock } from '../common/clock.js';
import type { TaskClaim } from './task-claim.js';

/** Milliseconds over which replicas spread their polls: one and the same lease sets all of them off. */
const SPREAD = 1_000;

/**
 * Polls for ticks that were left behind, for the tasks that ask for it: at the start, and when the lease could have ended
 * that refused a claim. A poll that meets a renewed lease plans the next one, so nothing is polled while nothing runs.
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

  /** A tick that this replica did not get may be left behind: by a run that dies, or because nobody had an answer. */
  lookAfter({ name, tick, recover, instants }: TaskClaim, delay: number): void {
    if ((recover || instants) && tick.kind !== 'call') this.lookIn(name, delay);
  }

  /**
   * Polls in `delay` milliseconds, when the lease ends. Of several polls the earliest stays, and plans the next: a lease
   * that was extended by hand must not hide a run that dies sooner.
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

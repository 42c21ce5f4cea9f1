import type { LockClock } from '../common/clock.js';
import type { LockLog } from '../common/log.js';

/** Milliseconds by which clocks may differ without a warning. */
const TOLERANCE = 1_000;
/** Stricter for `early`: a timer never fires 50 ms before its tick, so the clock is wrong. */
const TOLERANCE_WHERE_EARLY = 50;
/** Milliseconds between two calls of `onSkew`. */
const TELL_AGAIN = 60_000;

/** Compares the clock of this replica with the one in each answer of a store, and warns once where they differ. */
export class ClockCheck {
  /** By how many milliseconds this clock is ahead at least, by the last answer; zero where the answer cannot tell. */
  offset?: number;
  private warned = false;
  private quietUntil = -Infinity;

  constructor(
    private readonly clock: LockClock,
    private readonly log: LockLog,
    /** Told by how many milliseconds this clock is ahead at least, negative where it is behind. */
    private readonly onSkew: (offsetMs: number) => void = () => {},
  ) {}

  /** The wall clock, to be read before a request is sent. */
  now(): number {
    return this.clock.now();
  }

  /** The store read its clock between `sentAt` and now, however long the answer took. */
  compare(sentAt: number, answers: readonly { status: string; now?: number }[]): void {
    const receivedAt = this.clock.now();
    for (const { status, now } of answers) {
      if (now === undefined) continue;
      this.offset = Math.max(sentAt - now, 0) - Math.max(now - receivedAt, 0);
      const tolerance = status === 'early' ? TOLERANCE_WHERE_EARLY : TOLERANCE;
      if (sentAt - now > tolerance) this.warn(sentAt - now, 'ahead of');
      if (now - receivedAt > TOLERANCE) this.warn(now - receivedAt, 'behind');
    }
  }

  private warn(by: number, direction: 'ahead of' | 'behind'): void {
    this.tell(direction === 'behind' ? -by : by);
    if (this.warned) return;
    this.warned = true;
    const consequence =
      direction === 'behind'
        ? 'it comes late to its ticks, and runs only those that no other replica has run'
        : "it comes early to its ticks, and waits until they are due by the database's clock";
    this.log.warn(
      `The clock of this replica is at least ${Math.floor(by)} ms ${direction} the database's. Each tick still runs ` +
        `once: ${consequence}. Synchronise this machine's clock (NTP) all the same.`,
    );
  }

  /** A statement may have a thousand answers, and all of them show it. */
  private tell(offsetMs: number): void {
    const now = this.clock.monotonic();
    if (now < this.quietUntil) return;
    this.quietUntil = now + TELL_AGAIN;
    this.onSkew(offsetMs);
  }
}

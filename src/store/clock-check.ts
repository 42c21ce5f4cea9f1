import type { LockClock } from '../common/clock.js';
import type { LockLog } from '../common/log.js';

/** Milliseconds by which clocks may differ without a warning. */
export const TOLERANCE = 1_000;
/** Stricter for `early`: a timer never fires 50 ms before its tick, so the clock is wrong. */
const TOLERANCE_WHERE_EARLY = 50;
/** Milliseconds between two calls of `onSkew`. */
const TELL_AGAIN = 60_000;

/**
 * By how many milliseconds the clock of this replica is ahead of the store's at least, negative where it is behind. The
 * store read its clock between the two instants, so that a slow answer says nothing of the clocks.
 */
export function leastOffset(sentAt: number, storeNow: number, receivedAt: number): number {
  if (sentAt > storeNow) return sentAt - storeNow;
  return Math.min(receivedAt - storeNow, 0);
}

/** "at least 2000 ms ahead of the database's" */
export function describeOffset(offsetMs: number): string {
  return `at least ${Math.floor(Math.abs(offsetMs))} ms ${offsetMs < 0 ? 'behind' : 'ahead of'} the database's`;
}

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

  /** Looks at answers of a request that was sent then, and has been answered now. */
  compare(sentAt: number, answers: readonly { status: string; now?: number }[]): void {
    const receivedAt = this.clock.now();
    for (const { status, now } of answers) {
      if (now === undefined) continue;
      const offset = leastOffset(sentAt, now, receivedAt);
      this.offset = offset;
      const tolerance = status === 'early' && offset > 0 ? TOLERANCE_WHERE_EARLY : TOLERANCE;
      if (Math.abs(offset) > tolerance) this.warn(offset);
    }
  }

  private warn(offset: number): void {
    this.tell(offset);
    if (this.warned) return;
    this.warned = true;
    const consequence =
      offset < 0
        ? 'it comes late to its ticks, and runs only those that no other replica has run'
        : "it comes early to its ticks, and waits until they are due by the database's clock";
    this.log.warn(
      `The clock of this replica is ${describeOffset(offset)}. Each tick still runs once: ${consequence}. Synchronise ` +
        `this machine's clock (NTP) all the same.`,
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

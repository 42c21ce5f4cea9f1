import { pause } from '../common/timeouts.js';
import type { LockClock } from '../common/clock.js';
import type { LockLog } from '../common/log.js';
import type { LockRows } from '../store/lock-store.js';
import type { InFlight } from '../common/in-flight.js';
import { messageOf } from '../common/error-text.js';

/** Milliseconds between two statements. */
const PAUSE = 100;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How long the row of a key stays unused before it is removed. */
export const UNUSED_KEY = 7 * DAY;

/**
 * Removes the rows of keys that are no longer used. The use of another key of the task sets it off, at most once a day:
 * a task that is not called costs no query, and no task costs a timer.
 */
export class KeyPurge {
  private readonly due = new Map<string, number>();
  private ended = false;

  constructor(
    private readonly store: LockRows,
    private readonly clock: LockClock,
    private readonly log: LockLog,
    private readonly inFlight: InFlight,
  ) {}

  /** A key of the task whose lock names begin with `prefix` was used. */
  used(prefix: string): void {
    const now = this.clock.monotonic();
    const due = this.due.get(prefix);
    // Not right after the start, and not on all replicas at once.
    if (due === undefined) this.due.set(prefix, now + Math.random() * HOUR);
    if (due === undefined || now < due) return;
    this.due.set(prefix, now + DAY);
    void this.inFlight.track(this.purge(prefix));
  }

  /** Stops, a purge under way included. */
  end(): void {
    this.ended = true;
  }

  /** A statement removes a limited number of rows. In the pause between two, claims of these keys have their turn. */
  private async purge(prefix: string): Promise<void> {
    try {
      while (!this.ended) {
        const removed = (await this.store.purge?.({ prefix, unusedFor: UNUSED_KEY })) ?? 0;
        if (removed === 0) return;
        this.log.debug(`${removed} rows of keys that begin with "${prefix}" were unused and are removed`);
        await pause(this.clock, PAUSE);
      }
    } catch (error) {
      this.due.set(prefix, this.clock.monotonic() + HOUR);
      this.log.warn(`Rows of unused keys that begin with "${prefix}" were not removed: ${messageOf(error)}`);
    }
  }
}

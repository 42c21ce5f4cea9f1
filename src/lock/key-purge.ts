import { pause } from '../common/timeouts.js';
import type { LockClock } from '../common/clock.js';
import type { LockLog } from '../common/log.js';
import type { LockStore } from '../store/lock-store.js';
import type { InFlight } from '../common/in-flight.js';
import { messageOf } from '../common/error-text.js';

/** Milliseconds between two statements that remove rows. */
const PAUSE = 100;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How long the row of a key stays unused before it is removed. */
export const UNUSED_KEY = 7 * DAY;

/**
 * Removes the rows of keys that are no longer used, from time to time while others of the task are: nothing is asked for
 * while nothing is called, and a task costs no timer.
 */
export class KeyPurge {
  private readonly due = new Map<string, number>();
  private ended = false;

  constructor(
    private readonly store: LockStore,
    private readonly clock: LockClock,
    private readonly log: LockLog,
    private readonly unfinished: InFlight,
  ) {}

  /** A key of the task whose lock names begin with `prefix` was used. */
  used(prefix: string): void {
    const now = this.clock.monotonic();
    const due = this.due.get(prefix);
    // Some time after the start, and not all replicas at once.
    if (due === undefined) this.due.set(prefix, now + Math.random() * HOUR);
    if (due === undefined || now < due) return;
    this.due.set(prefix, now + DAY);
    void this.unfinished.track(this.purge(prefix));
  }

  /** No more, also of what is under way. */
  end(): void {
    this.ended = true;
  }

  /** A statement removes so many at most; between two of them claims of these keys have their turn. */
  private async purge(prefix: string): Promise<void> {
    try {
      for (let removed = 1; removed > 0 && !this.ended;) {
        removed = (await this.store.purge?.({ prefix, unusedFor: UNUSED_KEY })) ?? 0;
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

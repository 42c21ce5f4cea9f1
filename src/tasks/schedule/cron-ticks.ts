import type { CronTime } from 'cron';
import { DateTime, FixedOffsetZone } from 'luxon';
import type { Zone } from 'luxon';

/** A timer that fires up to this many milliseconds early still means the coming tick. */
const EARLY_TIMER = 50;
const SECOND = 1_000;
const MINUTE = 60_000;
const LONGEST_LOOK_BACK = 8 * 366 * 86_400_000;

/** The instants at which a cron expression is due. */
export class CronTicks {
  readonly zone: Zone;
  private latest?: { tick: number; next: number };

  constructor(private readonly cronTime: CronTime) {
    const { timeZone, utcOffset } = cronTime;
    // Resolved as cron does it: cron also accepts zones that are not IANA's, like `UTC+3`.
    this.zone =
      utcOffset === undefined
        ? DateTime.fromMillis(0, { zone: timeZone ?? 'UTC' }).zone
        : FixedOffsetZone.instance(utcOffset);
  }

  /**
   * The tick of a timer that fires at `now`: the latest instant that is due, or the coming one if the timer is a little
   * early. Replicas whose timers are late by different amounts get the same tick. Missed ticks collapse into the
   * latest.
   */
  tickAt(now: number): Date {
    this.latest = this.latestAtOrBefore(now + EARLY_TIMER);
    return new Date(this.latest.tick);
  }

  /**
   * The first instant after `after`, at whole seconds. In the hour that a clock repeats, cron may return an instant
   * before the start, so the search goes on from a minute later.
   */
  nextAfter(after: number): number {
    for (let from = after; ; from += MINUTE) {
      const next = this.cronTime.getNextDateFrom(DateTime.fromMillis(from, { zone: this.zone })).toMillis();
      if (next > after) return next;
    }
  }

  /** Remembers the latest tick and the next one: cron takes a millisecond to compute the ticks of some expressions. */
  private latestAtOrBefore(bound: number): { tick: number; next: number } {
    const known = this.latest;
    if (known && known.tick <= bound) {
      if (bound < known.next) return known;
      const next = this.nextAfter(known.next);
      if (bound < next) return { tick: known.next, next };
    }
    const tick = this.search(bound);
    return { tick, next: this.nextAfter(tick) };
  }

  /**
   * The latest tick at or before `bound`. cron searches forward only, so this steps back in doubled steps until a tick
   * lies between there and `bound`, and then bisects to the last one.
   */
  private search(bound: number): number {
    let step = SECOND;
    while (this.nextAfter(bound - step) > bound) {
      if (step === LONGEST_LOOK_BACK) throw new Error('the expression was not due in the last eight years');
      step = Math.min(2 * step, LONGEST_LOOK_BACK);
    }
    let found = this.nextAfter(bound - step);
    for (let end = bound; end > found;) {
      const middle = Math.floor((found + end) / 2);
      const next = this.nextAfter(middle);
      if (next <= bound) found = next;
      else if (middle - found < SECOND) break;
      else end = middle;
    }
    return found;
  }
}

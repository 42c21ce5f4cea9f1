import type { CronTime } from 'cron';
import { DateTime, FixedOffsetZone } from 'luxon';
import type { Zone } from 'luxon';

/** A timer may fire this many milliseconds before its tick and still means that one. */
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
    // As cron reads it: not each zone that it takes is one of IANA's (`UTC+3`).
    this.zone =
      utcOffset === undefined
        ? DateTime.fromMillis(0, { zone: timeZone ?? 'UTC' }).zone
        : FixedOffsetZone.instance(utcOffset);
  }

  /**
   * The tick that a timer means which fires at `now`: the latest instant that is due, or the coming one where the
   * timer is a little early. A timer that is late gets the tick that it is late for, so that replicas whose timers
   * are late by different amounts mean the same tick; ticks that were missed collapse into the latest one.
   */
  tickAt(now: number): Date {
    this.latest = this.latestAtOrBefore(now + EARLY_TIMER);
    return new Date(this.latest.tick);
  }

  /**
   * The first instant after `after`, at whole seconds. In the hour that a clock repeats cron may answer an instant
   * that lies before the start: it is asked again from a little later.
   */
  nextAfter(after: number): number {
    for (let from = after; ; from += MINUTE) {
      const next = this.cronTime.getNextDateFrom(DateTime.fromMillis(from, { zone: this.zone })).toMillis();
      if (next > after) return next;
    }
  }

  /** From tick to tick cron is asked once: its answer costs a millisecond for some expressions. */
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
   * cron looks forward only. Looks back by doubled steps until a tick lies between there and the bound, and then
   * halves the distance until no other tick lies behind the one that was found.
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

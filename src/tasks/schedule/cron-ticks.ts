import type { CronTime } from 'cron';
import { DateTime, FixedOffsetZone } from 'luxon';
import type { Zone } from 'luxon';
import { firstChange } from './clock-change.js';
import { fieldsOf } from './cron-fields.js';
import { shortestGap } from './shortest-gap.js';
import { WallTimes } from './wall-times.js';

/** A timer that fires up to this many milliseconds early still means the coming tick. */
const EARLY_TIMER = 50;
const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 86_400_000;
const LONGEST_LOOK_BACK = 8 * 366 * DAY;

/**
 * The instants at which a cron expression is due: those at which the clock of its zone shows a time that it names. They
 * are computed here from the fields that cron has read, since cron's own arithmetic errs where a clock is set.
 */
export class CronTicks {
  readonly zone: Zone;
  private readonly wallTimes: WallTimes;
  private latest?: { tick: number; next: number };

  constructor(private readonly cronTime: CronTime) {
    const { timeZone, utcOffset } = cronTime;
    // Resolved as cron does it: cron also accepts zones that are not IANA's, like `UTC+3`.
    this.zone =
      utcOffset === undefined
        ? DateTime.fromMillis(0, { zone: timeZone ?? 'UTC' }).zone
        : FixedOffsetZone.instance(utcOffset);
    this.wallTimes = new WallTimes(fieldsOf(cronTime));
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
   * The tick of a timer that cron fires at `now`; none if cron means an instant of its own. On the nights on which
   * clocks go back, it also fires at times that the expression does not name.
   */
  firedAt(now: number): Date | undefined {
    const tick = this.tickAt(now);
    const isLate = now - tick.getTime() >= SECOND;
    return isLate && this.isStray(now, tick.getTime()) ? undefined : tick;
  }

  /** The first tick after `after`. All ticks are at whole seconds. */
  nextAfter(after: number): number {
    const known = this.latest;
    // Each run asks when it is due next, and its own timer has computed that.
    if (known && known.tick <= after && after < known.next) return known.next;
    return this.nextWithin(after, Infinity);
  }

  /** The first tick after `after` if it is not later than `until`, else any later instant: that costs no look beyond. */
  private nextWithin(after: number, until: number): number {
    let offset = this.offsetAt(after);
    for (let wall = after + offset; ;) {
      const due = this.wallTimes.after(wall);
      const tick = due - offset;
      const change = firstChange(this.zone, offset / MINUTE, wall - offset, Math.min(tick, until));
      if (change === undefined) {
        if (tick > until || !this.isRepeated(tick)) return tick;
        wall = due;
        continue;
      }
      offset = this.offsetAt(change);
      // The clock leaves this time out, so it is due at the very change.
      if (due < change + offset) return change;
      wall = change + offset - 1;
    }
  }

  /** Whether the clock was set back and shows this tick's time again. Tasks that are due hourly, or more often, go on. */
  private isRepeated(tick: number): boolean {
    const offset = this.offsetAt(tick);
    const setBack = this.offsetAt(tick - DAY) - offset;
    if (setBack <= 0 || this.offsetAt(tick - setBack) === offset) return false;
    return shortestGap(this.cronTime) > HOUR;
  }

  /** Whether a timer that fires at `now` is not late for `tick`: cron's own next instant lies between, and is no tick. */
  private isStray(now: number, tick: number): boolean {
    const next = this.cronTime.getNextDateFrom(DateTime.fromMillis(tick, { zone: this.zone })).toMillis();
    return next > tick && next <= now + EARLY_TIMER;
  }

  private offsetAt(instant: number): number {
    return this.zone.offset(instant) * MINUTE;
  }

  /** Remembers the latest tick and the next one, so that most timers compute nothing. */
  private latestAtOrBefore(bound: number): { tick: number; next: number } {
    const known = this.latest;
    if (known && known.tick <= bound) {
      if (bound < known.next) return known;
      const next = this.nextAfter(known.next);
      if (bound < next) return { tick: known.next, next };
    }
    const tick = this.latestUntil(bound);
    return { tick, next: this.nextAfter(tick) };
  }

  /**
   * The latest tick at or before `bound`. `nextAfter` searches forward only, so this steps back in doubled steps until a tick
   * lies between there and `bound`, and then bisects to the last one. Of a rare one the first is the last already.
   */
  latestUntil(bound: number): number {
    let step = SECOND;
    let found: number;
    while ((found = this.nextWithin(bound - step, bound)) > bound) {
      if (step === LONGEST_LOOK_BACK) throw new Error('the expression was not due in the last eight years');
      step = Math.min(2 * step, LONGEST_LOOK_BACK);
    }
    if (this.nextWithin(found, bound) > bound) return found;
    for (let end = bound; end > found;) {
      const middle = Math.floor((found + end) / 2);
      const next = this.nextWithin(middle, bound);
      if (next <= bound) found = next;
      else if (middle - found < SECOND) break;
      else end = middle;
    }
    return found;
  }
}

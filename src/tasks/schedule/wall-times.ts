import { matchesDay } from './cron-fields.js';
import type { CronFields } from './cron-fields.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Between the 29th of February of 2096 and that of 2104 lie eight years. */
const LONGEST_GAP = 8 * 366 * DAY;

/** The times that a cron expression names, on a wall clock that is never set: in milliseconds, as if it showed UTC. */
export class WallTimes {
  constructor(private readonly fields: CronFields) {}

  /**
   * The first of them after `time`.
   *
   * @throws Error if the expression names none in the eight years after it
   */
  after(time: number): number {
    const first = Math.floor(time / SECOND) * SECOND + SECOND;
    for (let from = first; from < first + LONGEST_GAP;) {
      const midnight = Math.floor(from / DAY) * DAY;
      const due = matchesDay(new Date(midnight), this.fields) ? this.timeOfDay(from - midnight) : undefined;
      if (due !== undefined) return midnight + due;
      from = midnight + DAY;
    }
    throw new Error('the expression is not due within eight years');
  }

  /** The first time of a day at or after `from`, if there is one. */
  private timeOfDay(from: number): number | undefined {
    const { hour, minute, second } = this.fields;
    for (const hours of hour.values) {
      if ((hours + 1) * HOUR <= from) continue;
      for (const minutes of minute.values) {
        const start = hours * HOUR + minutes * MINUTE;
        if (start + MINUTE <= from) continue;
        const seconds = second.values.find((value) => start + value * SECOND >= from);
        if (seconds !== undefined) return start + seconds * SECOND;
      }
    }
    return undefined;
  }
}

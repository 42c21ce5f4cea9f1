import type { CronTime } from 'cron';
import { fieldsOf, matchesDay } from './cron-fields.js';
import type { CronField, DayFields } from './cron-fields.js';

const DAY = 86_400_000;

/** 28 years: every combination of leap year and weekday occurs once. */
const CALENDAR_DAYS = 28 * 365 + 7;

/**
 * The shortest gap between two ticks of a cron expression, in milliseconds. It goes by the expression's own clock, so a
 * day of 23 hours makes no difference. It is computed from the times of a day and the days of a calendar.
 *
 * @throws Error if the expression never fires
 */
export function shortestGap(cronTime: CronTime): number {
  const fields = fieldsOf(cronTime);
  // Before the early return below: an expression that matches no day never fires, even with `* * *` for its time.
  const days = shortestDayGap(fields);
  const times = timesOfDay(fields.hour, fields.minute, fields.second);
  const first = times.next().value!;
  let last = first;
  let shortest = Infinity;
  for (const time of times) {
    shortest = Math.min(shortest, time - last);
    last = time;
    if (shortest === 1_000) return shortest;
  }
  return Math.min(shortest, days * DAY - last + first);
}

function* timesOfDay(hours: CronField, minutes: CronField, seconds: CronField): Generator<number, undefined> {
  for (const hour of hours.values) {
    for (const minute of minutes.values) {
      for (const second of seconds.values) yield ((hour * 60 + minute) * 60 + second) * 1_000;
    }
  }
}

/** Cached by pattern: a thousand tasks share a few, and each costs a walk through 28 years. */
const knownDayGaps = new Map<string, number>();

function shortestDayGap(days: DayFields): number {
  const fields = [days.dayOfMonth, days.month, days.dayOfWeek];
  if (fields.every(({ isAll }) => isAll)) return 1;
  const pattern = fields.map(({ values }) => values.join()).join(' ');
  const known = knownDayGaps.get(pattern);
  if (known !== undefined) return known;
  const gap = walkCalendar(days);
  knownDayGaps.set(pattern, gap);
  return gap;
}

function walkCalendar(days: DayFields): number {
  let shortest = Infinity;
  let previous: number | undefined;
  for (let day = 0; day < CALENDAR_DAYS && shortest > 1; day++) {
    if (!matchesDay(new Date(Date.UTC(2000, 0, 1 + day)), days)) continue;
    if (previous !== undefined) shortest = Math.min(shortest, day - previous);
    previous = day;
  }
  if (previous === undefined) throw new Error('no day of the calendar matches it');
  return shortest;
}

import type { CronTime } from 'cron';
import { fieldsOf } from './cron-fields.js';
import type { CronField } from './cron-fields.js';

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
  const { second, minute, hour, dayOfMonth, month, dayOfWeek } = fieldsOf(cronTime);
  // Before the early return below: an expression that matches no day never fires, even with `* * *` for its time.
  const days = shortestDayGap(dayOfMonth, month, dayOfWeek);
  const times = timesOfDay(hour, minute, second);
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

function shortestDayGap(days: CronField, months: CronField, weekdays: CronField): number {
  if (days.isAll && months.isAll && weekdays.isAll) return 1;
  const pattern = [days, months, weekdays].map(({ values }) => values.join()).join(' ');
  const known = knownDayGaps.get(pattern);
  if (known !== undefined) return known;
  const gap = walkCalendar(days, months, weekdays);
  knownDayGaps.set(pattern, gap);
  return gap;
}

function walkCalendar(days: CronField, months: CronField, weekdays: CronField): number {
  let shortest = Infinity;
  let previous: number | undefined;
  for (let day = 0; day < CALENDAR_DAYS && shortest > 1; day++) {
    if (!matches(new Date(Date.UTC(2000, 0, 1 + day)), days, months, weekdays)) continue;
    if (previous !== undefined) shortest = Math.min(shortest, day - previous);
    previous = day;
  }
  if (previous === undefined) throw new Error('no day of the calendar matches it');
  return shortest;
}

/** By cron's rule: if both the day of the month and the weekday are restricted, either of them is enough. */
function matches(date: Date, days: CronField, months: CronField, weekdays: CronField): boolean {
  if (!months.values.includes(date.getUTCMonth() + 1)) return false;
  const byDay = days.values.includes(date.getUTCDate());
  const byWeekday = weekdays.values.includes(date.getUTCDay());
  return days.isAll || weekdays.isAll ? byDay && byWeekday : byDay || byWeekday;
}

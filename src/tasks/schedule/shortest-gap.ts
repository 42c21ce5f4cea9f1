import type { CronTime } from 'cron';
import { fieldsOf } from './cron-fields.js';
import type { CronField } from './cron-fields.js';

const DAY = 86_400_000;

/** Days of the 28 years in which every combination of leap year and weekday stands once. */
const CALENDAR_DAYS = 28 * 365 + 7;

/**
 * The shortest gap between two ticks of a cron expression, in milliseconds, by the expression's own clock: the day
 * of 23 hours is not counted. Read off the fields: the times of a day, and the days of a calendar.
 *
 * @throws Error where the expression never fires
 */
export function shortestGap(cronTime: CronTime): number {
  const { second, minute, hour, dayOfMonth, month, dayOfWeek } = fieldsOf(cronTime);
  // First of all: what fires each second of no day never fires.
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

/** By the days that match. A thousand tasks share a few patterns, and each is a walk through 28 years. */
const knownDayGaps = new Map<string, number>();

function shortestDayGap(days: CronField, months: CronField, weekdays: CronField): number {
  if (days.isAll && months.isAll && weekdays.isAll) return 1;
  const pattern = [days, months, weekdays].map(({ values }) => values.join()).join(' ');
  const known = knownDayGaps.get(pattern);
  if (known !== undefined) return known;
  const gap = walkedDayGap(days, months, weekdays);
  knownDayGaps.set(pattern, gap);
  return gap;
}

function walkedDayGap(days: CronField, months: CronField, weekdays: CronField): number {
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

/** As cron has it: where both the day of the month and the weekday are given, either of them is enough. */
function matches(date: Date, days: CronField, months: CronField, weekdays: CronField): boolean {
  if (!months.values.includes(date.getUTCMonth() + 1)) return false;
  const byDay = days.values.includes(date.getUTCDate());
  const byWeekday = weekdays.values.includes(date.getUTCDay());
  return days.isAll || weekdays.isAll ? byDay && byWeekday : byDay || byWeekday;
}

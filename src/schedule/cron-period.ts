import type { CronTime } from 'cron';

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
  const [seconds, minutes, hours, days, months, weekdays] = fieldsOf(cronTime);
  const times = timesOfDay(hours!, minutes!, seconds!);
  const first = times.next().value!;
  let last = first;
  let shortest = Infinity;
  for (const time of times) {
    shortest = Math.min(shortest, time - last);
    last = time;
    if (shortest === 1_000) return shortest;
  }
  return Math.min(shortest, shortestDayGap(days!, months!, weekdays!) * DAY - last + first);
}

type Field = ReadonlySet<number> | 'all';

/** `CronTime.toJSON` answers `*` or a list for each field, the second first. */
function fieldsOf(cronTime: CronTime): Field[] {
  return cronTime.toJSON().map((field) => (field === '*' ? 'all' : new Set(field.split(',').map(Number))));
}

function* timesOfDay(hours: Field, minutes: Field, seconds: Field): Generator<number, undefined> {
  for (const hour of valuesOf(hours, 24)) {
    for (const minute of valuesOf(minutes, 60)) {
      for (const second of valuesOf(seconds, 60)) yield ((hour * 60 + minute) * 60 + second) * 1_000;
    }
  }
}

function valuesOf(field: Field, size: number): number[] {
  const all = Array.from({ length: size }, (_, value) => value);
  return field === 'all' ? all : all.filter((value) => field.has(value));
}

function shortestDayGap(days: Field, months: Field, weekdays: Field): number {
  if (days === 'all' && months === 'all' && weekdays === 'all') return 1;
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
function matches(date: Date, days: Field, months: Field, weekdays: Field): boolean {
  if (months !== 'all' && !months.has(date.getUTCMonth() + 1)) return false;
  const byDay = days !== 'all' && days.has(date.getUTCDate());
  const byWeekday = weekdays !== 'all' && weekdays.has(date.getUTCDay());
  if (days === 'all') return weekdays === 'all' || byWeekday;
  return weekdays === 'all' ? byDay : byDay || byWeekday;
}

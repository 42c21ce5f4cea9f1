import type { CronTime } from 'cron';

/** The fields of a cron expression with their least and greatest values. */
const UNITS = {
  second: [0, 59],
  minute: [0, 59],
  hour: [0, 23],
  dayOfMonth: [1, 31],
  month: [1, 12],
  dayOfWeek: [0, 6],
} as const;

type Unit = keyof typeof UNITS;

export type CronFields = Record<Unit, CronField>;

/** The fields that say on which days it is due. */
export type DayFields = Pick<CronFields, 'dayOfMonth' | 'month' | 'dayOfWeek'>;

export interface CronField {
  /** The values at which it matches, in order. */
  values: readonly number[];
  /** Whether it matches at every value. */
  isAll: boolean;
}

/**
 * Reads the fields from private properties of cron. Its public `toJSON` writes `*` even if the last value is missing,
 * so `0 9 15 * 0-5` would look like a monthly task.
 */
export function fieldsOf(cronTime: CronTime): CronFields {
  const units = Object.keys(UNITS) as Unit[];
  return Object.fromEntries(units.map((unit) => [unit, fieldOf(cronTime, unit)])) as CronFields;
}

/** By cron's rule: if both the day of the month and the weekday are restricted, either of them is enough. */
export function matchesDay(date: Date, { dayOfMonth, month, dayOfWeek }: DayFields): boolean {
  if (!month.values.includes(date.getUTCMonth() + 1)) return false;
  const byDay = dayOfMonth.values.includes(date.getUTCDate());
  const byWeekday = dayOfWeek.values.includes(date.getUTCDay());
  return dayOfMonth.isAll || dayOfWeek.isAll ? byDay && byWeekday : byDay || byWeekday;
}

function fieldOf(cronTime: CronTime, unit: Unit): CronField {
  const marked: unknown = Reflect.get(cronTime, unit);
  if (typeof marked !== 'object' || marked === null) {
    throw new Error(
      `this version of cron has no field ${unit}: install a version that nestjs-task-lock depends on`,
    );
  }
  const [least, greatest] = UNITS[unit];
  const all = Array.from({ length: greatest - least + 1 }, (_, index) => least + index);
  const values = all.filter((value) => value in marked);
  return { values, isAll: values.length === all.length };
}

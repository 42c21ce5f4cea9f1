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
export function fieldsOf(cronTime: CronTime): Record<Unit, CronField> {
  const units = Object.keys(UNITS) as Unit[];
  return Object.fromEntries(units.map((unit) => [unit, fieldOf(cronTime, unit)])) as Record<Unit, CronField>;
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

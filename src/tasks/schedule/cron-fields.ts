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
  /** Whether these are all that there are. */
  isAll: boolean;
}

/**
 * The fields of a cron expression as cron itself reads them. They are private there, but `CronTime.toJSON` writes `*`
 * also where only the last value is missing: `0 9 15 * 0-5` would be a monthly task.
 */
export function fieldsOf(cronTime: CronTime): Record<Unit, CronField> {
  const units = Object.keys(UNITS) as Unit[];
  return Object.fromEntries(units.map((unit) => [unit, fieldOf(cronTime, unit)])) as Record<Unit, CronField>;
}

function fieldOf(cronTime: CronTime, unit: Unit): CronField {
  const marked: unknown = Reflect.get(cronTime, unit);
  if (typeof marked !== 'object' || marked === null) {
    throw new Error(
      `this version of cron does not say its ${unit}: install one that nestjs-task-lock depends on`,
    );
  }
  const [least, greatest] = UNITS[unit];
  const all = Array.from({ length: greatest - least + 1 }, (_, index) => least + index);
  const values = all.filter((value) => value in marked);
  return { values, isAll: values.length === all.length };
}

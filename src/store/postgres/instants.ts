/**
 * An instant as epoch milliseconds, and NULL for an infinite one: subtracting from it fails with 22008, and no Date can
 * have it.
 */
export function milliseconds(instant: string): string {
  return `extract(epoch FROM NULLIF(NULLIF(${instant}, 'infinity'), '-infinity')) * 1000`;
}

/** Epoch seconds, infinite where the instant is. Much quicker than `extract`, which is a numeric. */
export function epoch(instant: string): string {
  return `date_part('epoch', ${instant})`;
}

/** A length of time that is given in milliseconds. */
export function interval(length: number): string {
  return `interval '${length} milliseconds'`;
}

export function instantOf(value: string | null): Date | undefined {
  return value === null ? undefined : new Date(Number(value));
}

/** Of a column that has a finite instant in each row that the statement answers. */
export function givenInstant(value: string | null): Date {
  return new Date(Number(value));
}

/**
 * Commits synchronously where a role does not: what an operator was told must survive a crash. The setting ends with
 * the statement's own transaction.
 */
export const DURABLY = `CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')
            THEN set_config('synchronous_commit', 'on', true) END AS made_durable`;

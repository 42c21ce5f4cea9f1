import type { NeededAccess } from './access.sql.js';

/**
 * Reads every column that the other statements use, and no row. Fails with 42P01 if the table is missing, and with 42703
 * if an older migration made it. It takes no lock that a claim could meet.
 */
export function checkStatement(table: string, { SELECT }: NeededAccess): string {
  return `
SELECT ${SELECT}
FROM ${table} LIMIT 0`;
}

/** The schema of a table that is named without one: the first of the connection's search_path that has it. */
export const SCHEMA_STATEMENT = `
SELECT relnamespace::regnamespace::text AS schema FROM pg_class WHERE oid = $1::regclass`;

/**
 * Makes the rows of names that have none.
 *
 * Why it is safe beside claims and other replicas: an existing row stays as it is and is not locked. The names are
 * sorted, so two replicas that insert the same names cannot deadlock. A new row counts as finished now: ticks that were
 * due before it was made are not missed.
 */
export function ensureStatement(table: string): string {
  return `
INSERT INTO ${table} (name, finished_at)
SELECT name, clock_timestamp() FROM unnest($1::text[]) AS asked(name)
WHERE NOT EXISTS (SELECT FROM ${table} AS lock WHERE lock.name = asked.name)
ORDER BY name
ON CONFLICT (name) DO NOTHING`;
}

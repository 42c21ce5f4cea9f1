/**
 * Asks for every column that the other statements use and for no row: fails with 42P01 where the table is missing
 * and with 42703 where an older migration made it. Takes no lock that a claim could meet.
 */
export function checkStatement(table: string): string {
  return `
SELECT name, locked_until, started_at, finished_at, last_tick, fence, token, locked_by, outcome, error
FROM ${table} LIMIT 0`;
}

/**
 * Makes the rows of names that have none. Safe beside claims and other replicas: an existing row is left as it is,
 * and no row lock is taken on it. A new row is one that has finished now: what was due before it was made has not been
 * missed. Sorted, so that two replicas that insert the same names cannot deadlock.
 */
export function ensureStatement(table: string): string {
  return `
INSERT INTO ${table} (name, finished_at)
SELECT name, clock_timestamp() FROM unnest($1::text[]) AS asked(name)
WHERE NOT EXISTS (SELECT FROM ${table} AS lock WHERE lock.name = asked.name)
ORDER BY name
ON CONFLICT (name) DO NOTHING`;
}

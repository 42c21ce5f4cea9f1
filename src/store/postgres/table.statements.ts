/**
 * Makes the table. `CREATE TABLE IF NOT EXISTS` alone fails where several replicas start at once; the advisory lock,
 * held until the transaction ends, lets one after another look. Both are sent as one text without parameters, which
 * Postgres runs as one transaction also where the migration itself has none.
 *
 * `last_tick` starts at '-infinity' and not at NULL: `NULL < tick` is not true, so a first claim would never win.
 * The fillfactor leaves room for a new version of the row on its page, and no second index is made: each claim then
 * stays a heap-only update.
 */
export function createTableStatement(table: string, lockKey: string): string {
  return `
${oneAfterAnother(lockKey)}
CREATE TABLE IF NOT EXISTS ${table} (
  name         text PRIMARY KEY,
  locked_until timestamptz NOT NULL DEFAULT '-infinity',
  started_at   timestamptz NOT NULL DEFAULT '-infinity',
  finished_at  timestamptz DEFAULT '-infinity',
  last_tick    timestamptz NOT NULL DEFAULT '-infinity',
  fence        bigint NOT NULL DEFAULT 0,
  token        uuid,
  locked_by    text,
  outcome      text,
  error        text
) WITH (fillfactor = 70);
COMMENT ON TABLE ${table} IS 'nestjs-task-lock: one row a lock name, kept for ever. finished_at is null while a run is in progress; locked_until then ends its lease, and afterwards its minimum hold.';`;
}

/** Removes the table, with all fences: what a revert of the migration runs. */
export function dropTableStatement(table: string): string {
  return `DROP TABLE IF EXISTS ${table}`;
}

/** Lets transactions that make the same table go on one after another. */
export function oneAfterAnother(lockKey: string): string {
  return `SELECT pg_advisory_xact_lock(hashtextextended('${lockKey.replaceAll("'", "''")}', 0));`;
}

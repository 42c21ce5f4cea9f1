/** How many rows one statement removes: claims of those keys are busy until it commits. */
const MAX_ROWS = 1_000;

/**
 * Removes rows of keys that have not been used for so many milliseconds.
 *
 * Why it is safe:
 * - It takes only rows of finished runs whose lease and minimum hold ended that long ago, and skips locked rows. A claim
 *   that meets it finds the row busy, then missing, and makes it anew.
 * - The fence never goes back: a new row starts at the epoch milliseconds, and a row with a younger fence stays.
 * - Rows of runs that did not finish stay, because the next run is told of them. Rows that keep a tick stay, because
 *   that tick could run again.
 */
export function purgeStatement(table: string): string {
  return `
WITH removed AS (
  DELETE FROM ${table}
  WHERE name IN (
    SELECT name FROM ${table}
    WHERE starts_with(name, $1)
      AND finished_at < clock_timestamp() - $2::float8 * interval '1 millisecond'
      AND locked_until < clock_timestamp() - $2::float8 * interval '1 millisecond'
      AND last_tick = '-infinity'
      AND fence < extract(epoch FROM clock_timestamp()) * 1000 - $2::float8
    LIMIT ${MAX_ROWS}
    FOR UPDATE SKIP LOCKED
  )
  RETURNING name
)
SELECT count(*) AS removed FROM removed`;
}

/**
 * The last statement of a fenced transaction: returns a row if the run still holds its lock, and keeps it held until
 * the commit.
 *
 * Why it is safe:
 * - The row stays share-locked until the transaction ends. Claims skip a locked row, so nobody can win between this
 *   statement and the commit. A claim that was faster has changed the token, and no row is returned.
 * - It waits for a renewal in progress, and then reads the conditions again.
 * - The server disconnects a holder that is paused before its commit. Its row lock would otherwise stop the task for ever.
 */
export function fenceStatement(table: string): string {
  return `
SELECT set_config('idle_in_transaction_session_timeout', $3, true) AS bounded
FROM (
  SELECT name FROM ${table}
  WHERE name = $1 AND token = $2 AND finished_at IS NULL AND locked_until > clock_timestamp()
  FOR SHARE
) AS held`;
}

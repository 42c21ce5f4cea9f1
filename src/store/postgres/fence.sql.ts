/**
 * The last statement of a fenced transaction: answers a row where the run still holds its lock, and keeps it held until
 * the commit.
 *
 * Why it is safe: the row stays share-locked until the transaction ends. Claims skip a locked row, so that nobody can win
 * between this and the commit; a claim that was faster has changed the token, and no row is answered. A renewal in
 * progress is waited for, and the conditions are read anew after it. A holder that is paused before its commit is
 * disconnected by the server when its time is over, or its row lock would stop the task for ever.
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

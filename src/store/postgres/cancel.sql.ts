import type { CancelResult } from '../operator-store.js';
import { DURABLY } from './instants.js';
import { lockColumns, lockRecord } from './locks.sql.js';
import type { LockRow } from './locks.sql.js';
import type { TableNames } from './operator-tables.js';

/** More attempts than any request may have: the next pick-up parks it. */
const EXHAUSTED = 1_000_000;

/** The word for a run in progress without the promise that its tick may be recovered. */
export const NO_LONGER_RECOVERABLE = `CASE lock.outcome WHEN 'recoverable' THEN 'tick' WHEN 'recovering' THEN 'recovery' ELSE lock.outcome END`;

export type CancelRow = {
  answer: CancelResult['status'];
} & (LockRow | { [Column in keyof LockRow]: null });

/**
 * Asks one run to stop.
 *
 * Why it is safe:
 * - It demands the fence that the operator saw, an unfinished run and a live lease: the successor of that run hears
 *   nothing of it. A row that only waits for the end of a forced release has no token, and nobody who would hear.
 * - The row lock is taken with SKIP LOCKED: behind a fenced transaction, a renewal or a release the answer is `busy`.
 *   The run keeps its lock, its lease and its token, so that nobody starts beside it.
 * - What is cancelled stays cancelled: the tick may no longer be recovered, and the requests that the run has picked up
 *   are parked when they would be picked up again. A run that succeeds all the same still removes them.
 * - Sent again, it writes the same row again.
 */
export function cancelStatement(tables: TableNames): string {
  const { lock, cancel, request, action } = tables;
  const IS_SEEN = `lock.name = $1 AND lock.fence = $2::bigint AND lock.finished_at IS NULL
    AND lock.locked_until > clock_timestamp() AND lock.token IS NOT NULL`;
  return `
WITH seen AS (
  SELECT lock.name FROM ${lock} AS lock
  WHERE ${IS_SEEN}
  FOR NO KEY UPDATE SKIP LOCKED
), final AS (
  UPDATE ${lock} AS lock SET outcome = ${NO_LONGER_RECOVERABLE}
  FROM seen WHERE lock.name = seen.name
  RETURNING lock.name, lock.fence, lock.token
), cancelled AS (
  INSERT INTO ${cancel} AS cancelled (name, fence, by, reason, cancelled_at)
  SELECT name, fence, $3, $4, clock_timestamp() FROM final
  ON CONFLICT (name) DO UPDATE
  SET fence = excluded.fence, by = excluded.by, reason = excluded.reason, cancelled_at = excluded.cancelled_at
), picked AS (
  SELECT request.name, request.id
  FROM final JOIN ${request} AS request ON request.name = final.name AND request.token = final.token
  WHERE request.parked_at IS NULL
  FOR NO KEY UPDATE OF request SKIP LOCKED
), exhausted AS (
  UPDATE ${request} AS request SET attempts = ${EXHAUSTED}, error = $5
  FROM picked WHERE request.name = picked.name AND request.id = picked.id
), judged AS (
  SELECT CASE
           WHEN EXISTS (SELECT FROM final) THEN 'cancelled'
           WHEN EXISTS (SELECT FROM ${lock} AS lock WHERE ${IS_SEEN}) THEN 'busy'
           ELSE 'refused'
         END AS answer
), noted AS (
  INSERT INTO ${action} (name, key, action, by, reason, at, fence, answer)
  SELECT $6, $7, 'cancel', $3, $4, clock_timestamp(), $2::bigint, answer FROM judged WHERE answer <> 'busy'
)
SELECT judged.answer, $6 AS task, ${lockColumns(tables, 'lock')}, ${DURABLY}
FROM judged LEFT JOIN ${lock} AS lock ON lock.name = $1 AND lock.started_at > '-infinity'`;
}

export function cancelResult(row: CancelRow): CancelResult {
  const lock = row.name === null ? undefined : lockRecord(row);
  if (row.answer === 'busy') return { status: 'busy' };
  if (row.answer === 'cancelled' && lock)
    return { status: 'cancelled', lock: { ...lock, isCancelled: true } };
  return { status: 'refused', lock };
}

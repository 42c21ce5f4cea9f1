import type { ReleaseResult } from '../operator-store.js';
import { NO_LONGER_RECOVERABLE } from './cancel.sql.js';
import { DURABLY, instantOf, milliseconds } from './instants.js';
import { lockColumns, lockRecord } from './locks.sql.js';
import type { LockRow } from './locks.sql.js';
import type { TableNames } from './operator-tables.js';

export type ForcedRow = {
  answer: ReleaseResult['status'];
  free_ms: string | null;
} & (LockRow | { [Column in keyof LockRow]: null });

/**
 * Takes the lock away from one run.
 *
 * Why it is safe:
 * - It demands the fence that the operator saw. Without force it takes only a lock whose lease is over.
 * - With force the token goes and `locked_until` stays: no renewal and no fenced transaction succeeds, the holder's own
 *   deadline aborts it, and until then nobody can claim. The run stays unfinished for as long, since the lease of a
 *   finished one would not count. Only with `now` does the lease end at once.
 * - Where the lease is over the run is recorded as died, and its row is finished, or it would look dead until the task
 *   runs again. A living run is recorded as lost, until the end of its lock: its holder says later when it ended.
 * - The row is taken with SKIP LOCKED: behind a fenced transaction the answer is `busy`, and its work commits.
 * - The fence stays, and `recoverable` goes: a tick that was taken from its run is not recovered.
 */
export function releaseByForceStatement(tables: TableNames): string {
  const { lock, run, action } = tables;
  const IS_SEEN = `lock.name = $1 AND lock.fence = $2::bigint AND lock.finished_at IS NULL`;
  return `
WITH reading AS MATERIALIZED (
  SELECT clock_timestamp() AS at
), seen AS (
  SELECT lock.name, lock.outcome, lock.locked_until <= reading.at AS is_over,
         lock.locked_until <= reading.at OR $6::boolean AS ends
  FROM ${lock} AS lock CROSS JOIN reading
  WHERE ${IS_SEEN} AND (lock.locked_until <= reading.at OR $5::boolean)
  FOR NO KEY UPDATE OF lock SKIP LOCKED
), released AS (
  UPDATE ${lock} AS lock
  SET token = NULL,
      locked_until = CASE WHEN seen.ends THEN LEAST(lock.locked_until, clock_timestamp()) ELSE lock.locked_until END,
      finished_at = CASE WHEN seen.ends THEN clock_timestamp() END,
      outcome = CASE WHEN seen.ends THEN 'released' ELSE ${NO_LONGER_RECOVERABLE} END
  FROM seen WHERE lock.name = seen.name
  RETURNING lock.*, seen.is_over, seen.ends,
    CASE COALESCE(seen.outcome, 'call') WHEN 'recoverable' THEN 'tick' WHEN 'recovering' THEN 'recovery'
         ELSE COALESCE(seen.outcome, 'call') END AS trigger
), recorded AS (
  INSERT INTO ${run} (name, fence, task, key, tick, trigger, replica, started_at, finished_at, outcome)
  SELECT name, fence, $7, $8, CASE WHEN trigger IN ('tick', 'recovery', 'catch-up') THEN NULLIF(last_tick, '-infinity') END,
         trigger, COALESCE(locked_by, ''), started_at,
         CASE WHEN NOT is_over THEN NULLIF(locked_until, 'infinity') END, CASE WHEN is_over THEN 'died' ELSE 'lost' END
  FROM released
  ON CONFLICT (name, fence) DO NOTHING
), judged AS (
  SELECT CASE
           WHEN released.name IS NOT NULL THEN 'released'
           WHEN lock.name IS NULL THEN 'refused'
           WHEN lock.locked_until <= reading.at OR $5::boolean THEN 'busy'
           ELSE 'alive'
         END AS answer,
         ${milliseconds('released.locked_until')} AS free_ms,
         CASE WHEN released.is_over THEN '' WHEN released.ends THEN ' by force, at once' ELSE ' by force' END AS how
  FROM reading
  LEFT JOIN ${lock} AS lock ON ${IS_SEEN}
  LEFT JOIN released ON true
), noted AS (
  INSERT INTO ${action} (name, key, action, by, reason, at, fence, answer)
  SELECT $7, $8, 'release', $3, $4, clock_timestamp(), $2::bigint, CASE answer WHEN 'released' THEN answer || how ELSE answer END
  FROM judged WHERE answer <> 'busy'
)
SELECT judged.answer, judged.free_ms, $7 AS task, ${lockColumns(tables, 'lock')}, ${DURABLY}
FROM judged LEFT JOIN ${lock} AS lock ON lock.name = $1 AND lock.started_at > '-infinity'`;
}

export function releaseResult(row: ForcedRow): ReleaseResult {
  const { answer } = row;
  if (answer === 'busy') return { status: answer };
  if (answer === 'released') return { status: answer, freeAt: instantOf(row.free_ms) };
  return { status: answer, lock: row.name === null ? undefined : lockRecord(row) };
}

import type { Statement } from './statement.js';

export type ReleaseColumn = 'name' | 'token' | 'kind' | 'min_hold_ms' | 'step_back_ms' | 'outcome' | 'error';

export interface ReleaseRow {
  name: string;
  answer: 'released' | 'gone' | 'busy';
}

/**
 * Ends runs, or returns claims that nobody will run.
 *
 * Why it is safe: it changes only an unfinished row that carries the token, so that a holder that overran cannot free
 * its successor's lock; it does so also after the lease, so that the outcome is known. `locked_until` becomes the end
 * of the minimum hold, for people who read the table: claims count the claimer's own minimum hold from `last_tick`. A
 * returned claim moves `last_tick` (or the start) back by as much as its claim had demanded at least, so that this
 * tick can be claimed again and no earlier one can. It commits asynchronously: lost in a crash of the database it
 * keeps the lock for its lease, and never frees it twice. A row that is locked is skipped and answered `busy`.
 */
export function releaseStatement(table: string): Statement<ReleaseColumn> {
  return {
    name: 'task-lock-release',
    columns: ['name', 'token', 'kind', 'min_hold_ms', 'step_back_ms', 'outcome', 'error'],
    text: `
WITH ended AS MATERIALIZED (
  SELECT name, token, kind, outcome, error,
         min_hold_ms * interval '1 millisecond' AS min_hold, step_back_ms * interval '1 millisecond' AS step_back
  FROM unnest($1::text[], $2::uuid[], $3::text[], $4::float8[], $5::float8[], $6::text[], $7::text[])
    AS ended(name, token, kind, min_hold_ms, step_back_ms, outcome, error)
), held AS (
  SELECT lock.name, ended.kind, ended.min_hold, ended.step_back, ended.outcome, ended.error
  FROM ended JOIN ${table} AS lock ON lock.name = ended.name
  WHERE lock.token = ended.token AND lock.finished_at IS NULL
  FOR NO KEY UPDATE OF lock SKIP LOCKED
), released AS (
  UPDATE ${table} AS lock
  SET finished_at = clock_timestamp(),
      locked_until = CASE
        WHEN held.outcome = 'returned' THEN clock_timestamp()
        WHEN held.kind = 'call' THEN GREATEST(clock_timestamp(), lock.started_at + held.min_hold)
        ELSE GREATEST(clock_timestamp(), lock.last_tick + held.min_hold)
      END,
      last_tick = CASE
        WHEN held.outcome = 'returned' AND held.kind <> 'call' THEN lock.last_tick - held.step_back
        ELSE lock.last_tick
      END,
      started_at = CASE
        WHEN held.outcome = 'returned' AND held.kind = 'call' THEN lock.started_at - held.step_back
        ELSE lock.started_at
      END,
      outcome = held.outcome,
      error = held.error
  FROM held
  WHERE lock.name = held.name
  RETURNING lock.name, set_config('synchronous_commit', 'off', true) AS made_cheap
)
SELECT ended.name,
       CASE
         WHEN released.name IS NOT NULL THEN 'released'
         WHEN lock.token = ended.token AND lock.finished_at IS NULL THEN 'busy'
         ELSE 'gone'
       END AS answer
FROM ended
LEFT JOIN released ON released.name = ended.name
LEFT JOIN ${table} AS lock ON lock.name = ended.name`,
  };
}

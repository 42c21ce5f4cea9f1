import type { Statement } from './statement.js';

export type ReleaseColumn =
  'name' | 'token' | 'kind' | 'min_hold_ms' | 'step_back_ms' | 'outcome' | 'error' | 'durable';

export interface ReleaseRow {
  name: string;
  answer: 'released' | 'gone' | 'busy';
  now_ms: string;
}

/**
 * Ends runs, or returns claims that nobody will run.
 *
 * Why it is safe: it changes only an unfinished row that carries the token, so that a holder that overran cannot free
 * its successor's lock; it does so also after the lease, so that the outcome is known. `locked_until` becomes the end
 * of the minimum hold, for people who read the table: claims count the claimer's own minimum hold from `last_tick`. A
 * returned claim moves `last_tick` (or the start) back by as much as its claim had demanded at least, so that this
 * tick can be claimed again and no earlier one can. A recoverable run that a shutdown aborted, and a recovery that is
 * returned, stay unfinished with their lease over and without a token, so that the tick is recovered at once. It commits
 * asynchronously where none of its rows must be durable: lost in a crash of the database it keeps the lock for its lease,
 * and never frees it twice. A row that is locked is skipped and answered `busy`.
 */
export function releaseStatement(table: string): Statement<ReleaseColumn> {
  return {
    name: 'task-lock-release',
    columns: ['name', 'token', 'kind', 'min_hold_ms', 'step_back_ms', 'outcome', 'error', 'durable'],
    text: `
WITH ended AS MATERIALIZED (
  SELECT name, token, kind, outcome, error, durable,
         min_hold_ms * interval '1 millisecond' AS min_hold, step_back_ms * interval '1 millisecond' AS step_back
  FROM unnest($1::text[], $2::uuid[], $3::text[], $4::float8[], $5::float8[], $6::text[], $7::text[],
              $8::boolean[])
    AS ended(name, token, kind, min_hold_ms, step_back_ms, outcome, error, durable)
), held AS (
  SELECT lock.name, ended.kind, ended.min_hold, ended.step_back, ended.outcome, ended.error,
         COALESCE(ended.outcome = 'aborted' AND lock.outcome IN ('recoverable', 'recovering')
           OR ended.outcome = 'returned' AND lock.outcome = 'recovering', false) AS stays_open
  FROM ended JOIN ${table} AS lock ON lock.name = ended.name
  WHERE lock.token = ended.token AND lock.finished_at IS NULL
  FOR NO KEY UPDATE OF lock SKIP LOCKED
), released AS (
  UPDATE ${table} AS lock
  SET finished_at = CASE WHEN NOT held.stays_open THEN clock_timestamp() END,
      token = CASE WHEN NOT held.stays_open THEN lock.token END,
      locked_until = CASE
        WHEN held.stays_open OR held.outcome = 'returned' THEN clock_timestamp()
        WHEN held.kind = 'call' THEN GREATEST(clock_timestamp(), lock.started_at + held.min_hold)
        ELSE GREATEST(clock_timestamp(), lock.last_tick + held.min_hold)
      END,
      last_tick = CASE
        WHEN held.outcome = 'returned' AND held.kind <> 'call' AND NOT held.stays_open
          THEN lock.last_tick - held.step_back
        ELSE lock.last_tick
      END,
      started_at = CASE
        WHEN held.outcome = 'returned' AND held.kind = 'call' THEN lock.started_at - held.step_back
        ELSE lock.started_at
      END,
      outcome = CASE WHEN held.stays_open THEN 'recoverable' ELSE held.outcome END,
      error = held.error
  FROM held
  WHERE lock.name = held.name
  RETURNING lock.name,
    CASE
      WHEN NOT (SELECT bool_or(durable) FROM ended) THEN set_config('synchronous_commit', 'off', true)
      WHEN current_setting('synchronous_commit') IN ('off', 'local') THEN set_config('synchronous_commit', 'on', true)
    END AS made_cheap
)
SELECT ended.name,
       CASE
         WHEN released.name IS NOT NULL THEN 'released'
         WHEN lock.token = ended.token AND lock.finished_at IS NULL THEN 'busy'
         ELSE 'gone'
       END AS answer,
       (extract(epoch FROM clock_timestamp()) * 1000)::text AS now_ms
FROM ended
LEFT JOIN released ON released.name = ended.name
LEFT JOIN ${table} AS lock ON lock.name = ended.name`,
  };
}

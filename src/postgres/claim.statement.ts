import type { Statement } from './statement.js';

export type ClaimColumn =
  | 'name'
  | 'token'
  | 'replica'
  | 'kind'
  | 'scheduled_time'
  | 'step_ms'
  | 'min_hold_ms'
  | 'lease_ms'
  | 'tolerance_ms';

/** One row a request, all values as text: an application may have set type parsers of its own. */
export interface ClaimRow {
  name: string;
  answer: 'won' | 'held' | 'done' | 'early' | 'busy' | 'missing';
  now_ms: string;
  fence: string | null;
  started_ms: string | null;
  tick_ms: string | null;
  until_ms: string | null;
  held_by: string | null;
  due_in_ms: string | null;
}

/**
 * Takes every requested row that is free and says of each other one why not: one statement, one round trip.
 *
 * Why it is safe:
 * - `FOR NO KEY UPDATE SKIP LOCKED` never waits. A claim that waited for a row lock would have read its clock before
 *   the wait, and could win with a lease that is over already. Where another claim has just committed, Postgres
 *   evaluates the condition again on the new row before it locks it.
 * - The clock is `clock_timestamp()`, read once: `now()` stands still in a transaction. Every condition only becomes
 *   true as time passes, so an earlier reading can refuse and never grant too much; the lease is counted from a
 *   fresh reading, after the row is locked.
 * - `last_tick < tick` lets a tick run once whatever the replicas' clocks say, and a tick that lies ahead of the
 *   database's clock is `early`, never clamped.
 * - The row that carries the asking token already is `won` again while that run is unfinished, also when its lease
 *   is over; it is never taken anew, or an ask that was delayed in the network would take a finished run's row.
 * - `synchronous_commit` is raised for this one transaction where a role has it off: a claim lost in a crash would
 *   give two holders one fence. It is evaluated only for rows that were won.
 * - `busy` is a row that looked free and could not be locked, or was taken since: the answer lies in the next ask.
 * - `fence` is at least the epoch milliseconds, so that it grows also after a row was lost.
 */
export function claimStatement(table: string): Statement<ClaimColumn> {
  return {
    name: 'task-lock-claim',
    columns: [
      'name',
      'token',
      'replica',
      'kind',
      'scheduled_time',
      'step_ms',
      'min_hold_ms',
      'lease_ms',
      'tolerance_ms',
    ],
    text: `
WITH clock AS MATERIALIZED (
  SELECT clock_timestamp() AS at
), asked AS MATERIALIZED (
  SELECT name, token, replica, kind, scheduled_time,
         step_ms * interval '1 millisecond' AS step,
         min_hold_ms * interval '1 millisecond' AS min_hold,
         lease_ms * interval '1 millisecond' AS lease,
         tolerance_ms * interval '1 millisecond' AS tolerance
  FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[],
              $6::float8[], $7::float8[], $8::float8[], $9::float8[])
    AS asked(name, token, replica, kind, scheduled_time, step_ms, min_hold_ms, lease_ms, tolerance_ms)
), free AS (
  SELECT lock.name, asked.token, asked.replica, asked.lease,
         CASE asked.kind
           WHEN 'scheduled' THEN asked.scheduled_time
           WHEN 'kept' THEN CASE
             WHEN clock.at < lock.last_tick + 2 * asked.step THEN lock.last_tick + asked.step
             ELSE date_trunc('milliseconds', clock.at)
           END
         END AS tick
  FROM asked JOIN ${table} AS lock ON lock.name = asked.name CROSS JOIN clock
  WHERE (lock.finished_at IS NOT NULL OR lock.locked_until <= clock.at)
    AND lock.token IS DISTINCT FROM asked.token
    AND CASE asked.kind
          WHEN 'scheduled' THEN asked.scheduled_time > lock.last_tick
            AND asked.scheduled_time >= lock.last_tick + asked.min_hold
            AND asked.scheduled_time <= clock.at + asked.tolerance
          WHEN 'kept' THEN clock.at >= lock.last_tick + GREATEST(asked.min_hold, 0.9 * asked.step)
          ELSE asked.min_hold <= interval '0' OR clock.at >= lock.started_at + asked.min_hold
        END
  FOR NO KEY UPDATE OF lock SKIP LOCKED
), won AS (
  UPDATE ${table} AS lock
  SET locked_until = clock_timestamp() + free.lease,
      started_at = clock_timestamp(),
      finished_at = NULL,
      last_tick = COALESCE(free.tick, lock.last_tick),
      fence = GREATEST(lock.fence + 1, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint),
      token = free.token,
      locked_by = free.replica,
      outcome = NULL,
      error = NULL
  FROM free
  WHERE lock.name = free.name
  RETURNING lock.name, lock.fence, lock.started_at, lock.last_tick, lock.locked_until,
    CASE WHEN current_setting('synchronous_commit') = 'off'
         THEN set_config('synchronous_commit', 'on', true) END AS made_durable
), answered AS (
  SELECT asked.name, asked.kind, clock.at, asked.scheduled_time,
         CASE
           WHEN won.name IS NOT NULL THEN 'won'
           WHEN lock.name IS NULL THEN 'missing'
           WHEN lock.token = asked.token THEN CASE WHEN lock.finished_at IS NULL THEN 'won' ELSE 'done' END
           WHEN asked.kind = 'scheduled' AND asked.scheduled_time > clock.at + asked.tolerance THEN 'early'
           WHEN lock.finished_at IS NULL AND lock.locked_until > clock.at THEN 'held'
           WHEN asked.kind = 'scheduled' AND asked.scheduled_time <= lock.last_tick THEN 'done'
           WHEN clock.at < held.until OR asked.scheduled_time < held.until THEN 'held'
           ELSE 'busy'
         END AS answer,
         COALESCE(won.fence, lock.fence) AS fence,
         COALESCE(won.started_at, lock.started_at) AS started_at,
         COALESCE(won.last_tick, lock.last_tick) AS last_tick,
         CASE
           WHEN won.name IS NOT NULL THEN won.locked_until
           WHEN lock.finished_at IS NULL AND lock.locked_until > clock.at THEN lock.locked_until
           ELSE held.until
         END AS until,
         lock.locked_by
  FROM asked CROSS JOIN clock
  LEFT JOIN won ON won.name = asked.name
  LEFT JOIN ${table} AS lock ON lock.name = asked.name
  LEFT JOIN LATERAL (
    SELECT CASE asked.kind
             WHEN 'scheduled' THEN lock.last_tick + asked.min_hold
             WHEN 'kept' THEN lock.last_tick + GREATEST(asked.min_hold, 0.9 * asked.step)
             ELSE CASE WHEN asked.min_hold > interval '0' THEN lock.started_at + asked.min_hold END
           END AS until
  ) AS held ON true
)
SELECT name, answer,
       (extract(epoch FROM at) * 1000)::text AS now_ms,
       CASE WHEN answer = 'won' THEN fence::text END AS fence,
       CASE WHEN answer = 'won' THEN (extract(epoch FROM started_at) * 1000)::text END AS started_ms,
       CASE WHEN answer = 'won' AND kind <> 'call' THEN (extract(epoch FROM last_tick) * 1000)::text END AS tick_ms,
       CASE WHEN answer IN ('won', 'held') THEN (extract(epoch FROM until) * 1000)::text END AS until_ms,
       CASE WHEN answer = 'held' THEN locked_by END AS held_by,
       CASE WHEN answer = 'early' THEN (extract(epoch FROM scheduled_time - at) * 1000)::text END AS due_in_ms
FROM answered`,
  };
}

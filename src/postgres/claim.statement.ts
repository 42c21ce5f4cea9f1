import type { Statement } from './statement.js';

export type ClaimColumn =
  | 'name'
  | 'token'
  | 'replica'
  | 'kind'
  | 'scheduled_time'
  | 'step_ms'
  | 'recover'
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
  in_progress: string | null;
  due_in_ms: string | null;
  recovering: string | null;
  previous_by: string | null;
  previous_started_ms: string | null;
  previous_fence: string | null;
}

/**
 * The tick that an interval counts from. One that lies further ahead than this claimer would set it was kept by a longer
 * interval: a task lowered from 24h to 1h would wait for it.
 */
const KEPT = `CASE WHEN lock.last_tick > clock.at + 0.1 * asked.step THEN LEAST(lock.last_tick, lock.started_at)
               ELSE lock.last_tick END`;

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
 * - An unfinished run whose lease is over leaves its tick to be recovered where it was claimed as 'recoverable'. The
 *   recovering claim changes that to 'recovering', so that a tick which kills its process takes one more replica and
 *   not every one; any later claim supersedes it.
 * - `synchronous_commit` is raised for this one transaction where a role has it off, or waits for no standby: a claim
 *   lost in a crash or a failover would give two holders. It is evaluated only for rows that were won.
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
      'recover',
      'min_hold_ms',
      'lease_ms',
      'tolerance_ms',
    ],
    text: `
WITH clock AS MATERIALIZED (
  SELECT clock_timestamp() AS at
), asked AS MATERIALIZED (
  SELECT name, token, replica, kind, scheduled_time, recover,
         step_ms * interval '1 millisecond' AS step,
         min_hold_ms * interval '1 millisecond' AS min_hold,
         lease_ms * interval '1 millisecond' AS lease,
         tolerance_ms * interval '1 millisecond' AS tolerance
  FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[],
              $6::float8[], $7::boolean[], $8::float8[], $9::float8[], $10::float8[])
    AS asked(name, token, replica, kind, scheduled_time, step_ms, recover, min_hold_ms, lease_ms, tolerance_ms)
), free AS (
  SELECT lock.name, asked.token, asked.replica, asked.lease,
         CASE asked.kind
           WHEN 'scheduled' THEN asked.scheduled_time
           WHEN 'kept' THEN CASE
             WHEN clock.at < ${KEPT} + 2 * asked.step THEN date_trunc('milliseconds', ${KEPT} + asked.step)
             ELSE date_trunc('milliseconds', clock.at)
           END
         END AS tick,
         CASE
           WHEN asked.kind = 'abandoned' OR asked.scheduled_time = lock.last_tick THEN 'recovering'
           WHEN asked.kind <> 'call' AND asked.recover THEN 'recoverable'
         END AS state,
         lock.finished_at IS NULL AS follows_dead,
         lock.locked_by AS previous_by, lock.started_at AS previous_start, lock.fence AS previous_fence
  FROM asked JOIN ${table} AS lock ON lock.name = asked.name CROSS JOIN clock
  WHERE (lock.finished_at IS NOT NULL OR lock.locked_until <= clock.at)
    AND lock.token IS DISTINCT FROM asked.token
    AND CASE asked.kind
          WHEN 'scheduled' THEN
            (asked.scheduled_time > lock.last_tick
              AND asked.scheduled_time >= lock.last_tick + asked.min_hold
              AND asked.scheduled_time <= clock.at + asked.tolerance)
            OR (asked.recover AND asked.scheduled_time = lock.last_tick
              AND lock.finished_at IS NULL AND lock.outcome = 'recoverable')
          WHEN 'kept' THEN clock.at >= ${KEPT} + GREATEST(asked.min_hold, 0.9 * asked.step)
          WHEN 'abandoned' THEN lock.finished_at IS NULL AND lock.outcome = 'recoverable'
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
      outcome = free.state,
      error = NULL
  FROM free
  WHERE lock.name = free.name
  RETURNING lock.name, lock.fence, lock.started_at, lock.last_tick, lock.locked_until, lock.outcome AS state,
    free.follows_dead, free.previous_by, free.previous_start, free.previous_fence,
    CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')
         THEN set_config('synchronous_commit', 'on', true) END AS made_durable
), answered AS (
  SELECT asked.name, asked.kind, clock.at, asked.scheduled_time,
         CASE
           WHEN won.name IS NOT NULL THEN 'won'
           WHEN lock.name IS NULL THEN 'missing'
           WHEN lock.token = asked.token THEN CASE WHEN lock.finished_at IS NULL THEN 'won' ELSE 'done' END
           WHEN asked.kind = 'scheduled' AND asked.scheduled_time > clock.at + asked.tolerance THEN 'early'
           WHEN lock.finished_at IS NULL AND lock.locked_until > clock.at THEN 'held'
           WHEN (asked.kind = 'abandoned' OR asked.recover AND asked.scheduled_time = lock.last_tick)
             AND lock.finished_at IS NULL AND lock.outcome = 'recoverable' THEN 'busy'
           WHEN asked.kind = 'abandoned' THEN 'done'
           WHEN asked.kind = 'scheduled' AND asked.scheduled_time <= lock.last_tick THEN 'done'
           WHEN clock.at < held.until OR asked.scheduled_time < held.until THEN 'held'
           ELSE 'busy'
         END AS answer,
         COALESCE(won.fence, lock.fence) AS fence,
         COALESCE(won.started_at, lock.started_at) AS started_at,
         COALESCE(won.last_tick, lock.last_tick) AS last_tick,
         CASE WHEN won.name IS NOT NULL THEN won.state ELSE lock.outcome END AS state,
         won.follows_dead, won.previous_by, won.previous_start, won.previous_fence,
         CASE
           WHEN won.name IS NOT NULL THEN won.locked_until
           WHEN lock.token = asked.token THEN lock.locked_until
           WHEN lock.finished_at IS NULL AND lock.locked_until > clock.at THEN lock.locked_until
           ELSE held.until
         END AS until,
         lock.locked_by,
         lock.finished_at IS NULL AND lock.locked_until > clock.at AS in_progress
  FROM asked CROSS JOIN clock
  LEFT JOIN won ON won.name = asked.name
  LEFT JOIN ${table} AS lock ON lock.name = asked.name
  LEFT JOIN LATERAL (
    SELECT CASE asked.kind
             WHEN 'scheduled' THEN lock.last_tick + asked.min_hold
             WHEN 'kept' THEN ${KEPT} + GREATEST(asked.min_hold, 0.9 * asked.step)
             WHEN 'abandoned' THEN NULL
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
       CASE WHEN in_progress THEN 'yes' END AS in_progress,
       CASE WHEN answer = 'early' THEN (extract(epoch FROM scheduled_time - at) * 1000)::text END AS due_in_ms,
       CASE WHEN answer = 'won' AND state = 'recovering' THEN 'yes' END AS recovering,
       CASE WHEN follows_dead THEN previous_by END AS previous_by,
       CASE WHEN follows_dead THEN (extract(epoch FROM previous_start) * 1000)::text END AS previous_started_ms,
       CASE WHEN follows_dead THEN previous_fence::text END AS previous_fence
FROM answered`,
  };
}

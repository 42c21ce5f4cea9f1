import type { ReleaseAnswer, ReleaseRequest } from '../lock-store.js';
import { statementOf } from './statement.js';
import type { Statement } from './statement.js';
import { LONGEST_ERROR, storable } from './storable.js';

const COLUMNS = {
  name: 'text',
  token: 'uuid',
  kind: 'text',
  min_hold_ms: 'float8',
  step_back_ms: 'float8',
  outcome: 'text',
  error: 'text',
  durable: 'boolean',
} as const;

const rowOf = ({ name, token, tick, minHold, stepBack, outcome, error, durable }: ReleaseRequest) => ({
  name,
  token,
  kind: tick,
  min_hold_ms: minHold,
  step_back_ms: stepBack,
  outcome,
  error: storable(error, LONGEST_ERROR),
  durable,
});

export interface ReleaseRow {
  name: string;
  answer: 'released' | 'gone' | 'busy';
  now_ms: string;
}

/**
 * Ends runs, or returns claims that nobody will run.
 *
 * Why it is safe:
 * - It changes only an unfinished row that carries the token: a holder that overran cannot free its successor's lock.
 *   It does so even after the lease, so that the outcome is known.
 * - `locked_until` becomes the end of the minimum hold, for people who read the table and for the purge. Claims count
 *   their own minimum hold from `last_tick`, calls from `started_at`.
 * - A returned claim moves `last_tick` (or the start) back by what its claim demanded: this tick can be claimed again,
 *   and no earlier one.
 * - A recoverable run that a shutdown aborted, and a recovery that is returned, stay unfinished, with their lease over
 *   and without a token: the tick is recovered at once.
 * - It commits asynchronously if `durable` is false, which all requests of a statement say alike. Lost in a crash of the
 *   database, it keeps the lock for its lease, and never frees it twice.
 * - A locked row is skipped and answered `busy`.
 */
export function releaseStatement(table: string): Statement<ReleaseRequest> {
  return statementOf(
    'task-lock-release',
    COLUMNS,
    rowOf,
    (asked) => `
WITH ${asked}, held AS (
  SELECT lock.name, asked.kind, asked.outcome, asked.error, asked.durable,
         asked.min_hold_ms * interval '1 millisecond' AS min_hold,
         asked.step_back_ms * interval '1 millisecond' AS step_back,
         COALESCE(asked.outcome = 'aborted' AND lock.outcome IN ('recoverable', 'recovering')
           OR asked.outcome = 'returned' AND lock.outcome = 'recovering', false) AS stays_open
  FROM asked JOIN ${table} AS lock ON lock.name = asked.name
  WHERE lock.token = asked.token AND lock.finished_at IS NULL
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
      WHEN NOT held.durable THEN set_config('synchronous_commit', 'off', true)
      WHEN current_setting('synchronous_commit') IN ('off', 'local') THEN set_config('synchronous_commit', 'on', true)
    END AS commit_mode
)
SELECT asked.name,
       CASE
         WHEN released.name IS NOT NULL THEN 'released'
         WHEN EXISTS (SELECT FROM ${table} AS lock
                      WHERE lock.name = asked.name AND lock.token = asked.token AND lock.finished_at IS NULL)
           THEN 'busy'
         ELSE 'gone'
       END AS answer,
       extract(epoch FROM clock_timestamp()) * 1000 AS now_ms
FROM asked LEFT JOIN released ON released.name = asked.name`,
  );
}

/** One commit ends all runs of a statement, so all are released durably where one of them must be. */
export function inOneCommit(requests: readonly ReleaseRequest[]): readonly ReleaseRequest[] {
  if (requests.length === 1) return requests;
  const durable = requests.some((request) => request.durable);
  return requests.map((request) => ({ ...request, durable }));
}

/** Without a row the statement met a conflict: it is asked again. */
export function releaseAnswer(row: ReleaseRow | undefined): ReleaseAnswer {
  return row ? { status: row.answer, now: Number(row.now_ms) } : { status: 'busy' };
}

import type { ReleaseAnswer, ReleaseRequest } from '../lock-store.js';
import { epoch } from './instants.js';
import { IN_TIME } from './operating.sql.js';
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

/** What the history keeps of a run; a fence of NULL where nothing is recorded. */
const RUN_COLUMNS = {
  task: 'text',
  key: 'text',
  fence: 'bigint',
  trigger: 'text',
  replica: 'text',
  started_at: 'timestamptz',
  tick: 'timestamptz',
  previous_tick: 'timestamptz',
  next_due: 'timestamptz',
} as const;

const runOf = ({ run }: ReleaseRequest) => ({
  task: run?.task ?? null,
  key: storable(run?.key),
  fence: run?.fence.toString() ?? null,
  trigger: run?.trigger ?? null,
  replica: run?.replica ?? null,
  started_at: run?.startedAt.toISOString() ?? null,
  tick: run?.tick?.toISOString() ?? null,
  previous_tick: run?.previousTick?.toISOString() ?? null,
  next_due: run?.nextDue?.toISOString() ?? null,
});

/** Not by spreading both: on Node 20 that takes longer than all the rest of a release. */
const recordedRowOf = (request: ReleaseRequest) => Object.assign(rowOf(request), runOf(request));

/** The end of one run. Times are epoch seconds. */
export interface ReleaseRow {
  name: string;
  answer: ReleaseAnswer['status'];
  now: string;
}

/**
 * Ends runs, or returns claims that nobody will run. Answers a row for each that it has ended: of the others
 * {@link unreleasedStatement} tells why not.
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
 * - A locked row is skipped. Each row is looked up by itself: statistics say that unfinished rows are rare, and a join
 *   would read the whole table for each request.
 * - With `runs`, the history, it also records each run as it ended, but no claim that was returned. Sent again, it finds
 *   the row finished and adds nothing. Only that text can wait for a table, so it changes nothing if it has waited.
 *   Without `runs` it is the twin that is sent where the history cannot be written.
 */
export function releaseStatement(table: string, runs?: string): Statement<ReleaseRequest> {
  return statementOf(
    'task-lock-release',
    runs === undefined ? COLUMNS : { ...COLUMNS, ...RUN_COLUMNS },
    runs === undefined ? rowOf : recordedRowOf,
    (asked) => `
WITH ${asked}, held AS (
  SELECT asked.*, held.stays_open, asked.min_hold_ms * interval '1 millisecond' AS min_hold,
         asked.step_back_ms * interval '1 millisecond' AS step_back
  FROM asked CROSS JOIN LATERAL (
    SELECT COALESCE(asked.outcome = 'aborted' AND lock.outcome IN ('recoverable', 'recovering')
             OR asked.outcome = 'returned' AND lock.outcome = 'recovering', false) AS stays_open
    FROM ${table} AS lock
    WHERE lock.name = asked.name AND lock.token = asked.token AND lock.finished_at IS NULL${runs === undefined ? '' : ` AND ${IN_TIME}`}
    FOR NO KEY UPDATE SKIP LOCKED
  ) AS held
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
  RETURNING held.*,
    CASE
      WHEN NOT held.durable THEN set_config('synchronous_commit', 'off', true)
      WHEN current_setting('synchronous_commit') IN ('off', 'local') THEN set_config('synchronous_commit', 'on', true)
    END AS commit_mode
)${runs === undefined ? '' : `, ${recorded(runs, 'released.outcome', 'released')}`}
SELECT name, 'released' AS answer, ${epoch('clock_timestamp()')} AS now FROM released`,
  );
}

/**
 * Tells of runs that were not ended whether their row is `busy`, locked by another transaction, or `gone`. With `runs` it
 * records a run whose row has another token as `lost`, unless an earlier send has recorded how it ended.
 *
 * Why it is safe: it takes no row lock and changes no lock. Like the release, it records nothing if it has waited for
 * the history.
 */
export function unreleasedStatement(table: string, runs?: string): Statement<ReleaseRequest> {
  const gone = `SELECT asked.* FROM asked LEFT JOIN ${table} AS lock ON lock.name = asked.name
  WHERE lock.token IS DISTINCT FROM asked.token AND ${IN_TIME}`;
  return statementOf(
    'task-lock-unreleased',
    runs === undefined ? COLUMNS : { ...COLUMNS, ...RUN_COLUMNS },
    runs === undefined ? rowOf : recordedRowOf,
    (asked) => `
WITH ${asked}${
      runs === undefined
        ? ''
        : `, gone AS (
  ${gone}
), ${recorded(runs, `'lost'`, 'gone')}`
    }
SELECT asked.name, ${epoch('clock_timestamp()')} AS now,
       CASE WHEN EXISTS (SELECT FROM ${table} AS lock
                         WHERE lock.name = asked.name AND lock.token = asked.token AND lock.finished_at IS NULL)
            THEN 'busy' ELSE 'gone' END AS answer
FROM asked`,
  );
}

/**
 * Records runs. Of runs that are recorded already only one that was taken for dead is written anew, since it lived, and
 * one whose lock was taken away, since it ends only now.
 */
function recorded(runs: string, outcome: string, ended: string): string {
  return `recorded AS (
  INSERT INTO ${runs} AS run (name, fence, task, key, tick, previous_tick, next_due, trigger, replica, started_at,
    finished_at, outcome, error, lateness_ms)
  SELECT name, fence, task, key, tick, previous_tick, next_due, trigger, replica, started_at, clock_timestamp(),
         ${outcome}, error, ${epoch(`GREATEST(started_at - tick, '0')`)} * 1000
  FROM ${ended} WHERE fence IS NOT NULL AND outcome <> 'returned'
  ON CONFLICT (name, fence) DO UPDATE
    SET outcome = excluded.outcome, finished_at = excluded.finished_at, error = excluded.error,
        tick = excluded.tick, previous_tick = excluded.previous_tick, next_due = excluded.next_due,
        trigger = excluded.trigger, lateness_ms = excluded.lateness_ms
    WHERE run.outcome IN ('died', 'lost')
)`;
}

/** Records a run that never was, in a transaction that is rolled back. */
export function historyProbe(runs: string): string {
  return `
INSERT INTO ${runs} AS run (name, fence, task, trigger, replica, started_at, finished_at, outcome)
VALUES ('', 0, '', 'call', '', clock_timestamp(), clock_timestamp(), 'succeeded')
ON CONFLICT (name, fence) DO UPDATE SET outcome = excluded.outcome WHERE run.outcome = 'died'`;
}

/** One commit ends all runs of a statement, so all are released durably where one of them must be. */
export function inOneCommit(requests: readonly ReleaseRequest[]): readonly ReleaseRequest[] {
  if (requests.length === 1) return requests;
  const durable = requests.some((request) => request.durable);
  return requests.map((request) => ({ ...request, durable }));
}

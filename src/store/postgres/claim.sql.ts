import type { ClaimRequest } from '../lock-store.js';
import { CONDITIONS, ENDS_OF_PAUSES } from './claim-conditions.js';
import type { ClaimShape } from './claim-conditions.js';
import { DURABLY, epoch } from './instants.js';
import { IN_TIME } from './operating.sql.js';
import { statementOf } from './statement.js';
import type { Columns, Statement } from './statement.js';

/** Which rows a statement takes: those of runs that have finished, or of runs that died, once their lease is over. */
export type ClaimedRows = 'finished' | 'dead';

const ALWAYS = {
  name: 'text',
  task: 'text',
  state: 'text',
  even_if_paused: 'boolean',
  token: 'uuid',
  replica: 'text',
  lease_ms: 'float8',
} as const;
const SCHEDULED = {
  ...ALWAYS,
  scheduled_time: 'timestamptz',
  recover: 'boolean',
  min_hold_ms: 'float8',
  tolerance_ms: 'float8',
} as const;
const COLUMNS: Readonly<Record<ClaimShape, Columns<string>>> = {
  scheduled: SCHEDULED,
  missed: { ...SCHEDULED, catch_up_ms: 'float8' },
  kept: { ...ALWAYS, min_hold_ms: 'float8', step_ms: 'float8' },
  call: { ...ALWAYS, min_hold_ms: 'float8' },
  abandoned: ALWAYS,
};

const rowOf = (request: ClaimRequest) => {
  const { name, task, trigger, evenIfPaused = false, token, replica, tick, recover } = request;
  return {
    name,
    task,
    state: recover && tick.kind !== 'call' ? 'recoverable' : trigger,
    even_if_paused: evenIfPaused,
    token,
    replica,
    lease_ms: request.lease,
    scheduled_time: tick.kind === 'scheduled' ? tick.scheduledTime.toISOString() : null,
    recover,
    min_hold_ms: request.minHold,
    tolerance_ms: request.tolerance,
    catch_up_ms: tick.kind === 'scheduled' ? (tick.catchupWindow ?? null) : null,
    step_ms: tick.kind === 'kept' ? tick.interval : null,
  };
};

/** What a claim of a dead row tells of the run that died. */
const OF_THE_DEAD = `, lock.locked_by AS previous_by, lock.started_at AS previous_start, lock.fence AS previous_fence,
         lock.outcome AS previous_outcome, lock.token IS NULL AND lock.outcome = 'recoverable' AS left_open`;

/**
 * Takes every requested row that is free, and shows the others, from which `claimAnswer` reads why not: one statement,
 * one round trip. Each shape of claim has a lean text: the time it takes to start is most of what a claim costs.
 *
 * Why it is safe:
 * - `FOR NO KEY UPDATE SKIP LOCKED` never waits. A claim that waited for a row lock would have read its clock before
 *   the wait, and could win with a lease that is already over. If another claim has just committed, Postgres evaluates
 *   the condition again on the new row before it locks it.
 * - The clock is `clock_timestamp()`: `now()` stands still in a transaction. Conditions of a win only become true as
 *   time passes, so an earlier reading can refuse, and never grants too much. The lease counts from a fresh reading,
 *   after the row is locked. A row is shown as it was when the statement began, and judged by a later reading: one that
 *   looks free was taken since, and is `busy`.
 * - `last_tick < tick` lets a tick run once, whatever the replicas' clocks say. A tick that lies ahead of the database's
 *   clock is `early`, never clamped.
 * - A row that already carries the token is `won` again while that run is unfinished, even when its lease is over. It is
 *   never taken anew, or a request that the network delayed would take the row of a finished run.
 * - An unfinished run whose lease is over leaves its tick to be recovered, if it was claimed as 'recoverable'. The
 *   recovering claim changes that to 'recovering': a tick that kills its process takes one more replica and not every
 *   one. Any later claim supersedes it.
 * - `synchronous_commit` is raised for this transaction if a role has it off or waits for no standby: a claim lost in a
 *   crash or a failover would give two holders. The setting is evaluated only for rows that were won.
 * - `fence` is at least the epoch milliseconds, so it grows even after a row was lost.
 * - With `control`, the table of pauses, a paused task is never won. Only that text can wait for a table, so it wins
 *   nothing if it has waited. Without `control` it is the twin that is sent where the table cannot be read.
 */
export function claimStatement(
  table: string,
  shape: ClaimShape,
  rows: ClaimedRows,
  control?: string,
): Statement<ClaimRequest> {
  const { mayRun, recovers, tick, due, tellsResumed } = CONDITIONS[shape];
  const isDead = rows === 'dead';
  const isPaused = `EXISTS (SELECT FROM pause WHERE pause.name = asked.name AND pause.paused_until > ${due})`;
  return statementOf(
    `task-lock-claim-${shape}${isDead ? '-dead' : ''}`,
    COLUMNS[shape],
    rowOf,
    (asked, joinChanged) => `
WITH ${asked}, pause AS MATERIALIZED (
  ${pausesOf(control)}
), free AS (
  SELECT lock.name, asked.token, asked.replica, asked.lease_ms, ${tick} AS tick,
         ${isDead ? `CASE WHEN ${recovers} THEN 'recovering' ELSE asked.state END` : 'asked.state'} AS state,
         lock.last_tick AS previous_tick${isDead ? OF_THE_DEAD : ''}
  FROM asked JOIN ${table} AS lock ON lock.name = asked.name
  WHERE ${isDead ? 'lock.finished_at IS NULL AND lock.locked_until <= clock_timestamp()' : 'lock.finished_at IS NOT NULL'}
    AND lock.token IS DISTINCT FROM asked.token
    AND (${mayRun}${isDead ? ` OR ${recovers}` : ''})${
      control === undefined
        ? ''
        : `
    AND ${IN_TIME}`
    }
    AND (asked.even_if_paused OR NOT ${isPaused})
  FOR NO KEY UPDATE OF lock SKIP LOCKED
), won AS (
  UPDATE ${table} AS lock
  SET locked_until = clock_timestamp() + free.lease_ms * interval '1 millisecond',
      started_at = clock_timestamp(),
      finished_at = NULL,
      last_tick = free.tick,
      fence = GREATEST(lock.fence + 1, floor(${epoch('clock_timestamp()')} * 1000)::bigint),
      token = free.token,
      locked_by = free.replica,
      outcome = free.state,
      error = NULL
  FROM free
  WHERE lock.name = free.name
  RETURNING free.*, lock.fence, lock.started_at, lock.last_tick, lock.locked_until, lock.outcome, ${DURABLY}
)
SELECT asked.name, won.name IS NOT NULL AS won, ${epoch('clock_timestamp()')} AS now,
       COALESCE(won.fence, lock.fence) AS fence,
       ${epoch('COALESCE(won.started_at, lock.started_at)')} AS started,
       ${epoch('COALESCE(won.last_tick, lock.last_tick)')} AS tick,
       ${epoch('COALESCE(won.locked_until, lock.locked_until)')} AS until,
       COALESCE(won.outcome, lock.outcome) AS outcome,
       lock.locked_by AS held_by, ${epoch('lock.finished_at')} AS finished, lock.token = asked.token AS mine,
       CASE WHEN won.name IS NULL THEN ${isPaused} END AS paused,
       CASE WHEN ${tellsResumed} THEN ${ENDS_OF_PAUSES} END AS resumed,
       ${epoch('won.previous_tick')} AS previous_tick${
         isDead
           ? `, won.previous_by, ${epoch('won.previous_start')} AS previous_started, won.previous_fence,
       won.previous_outcome, won.left_open`
           : ''
       }
FROM asked
JOIN ${table} AS lock ON lock.name = asked.name
${joinChanged} won ON won.name = asked.name`,
  );
}

/** The statements for each shape of claim. */
export function claimStatements(
  table: string,
  control?: string,
): Record<ClaimedRows, Record<ClaimShape, Statement<ClaimRequest>>> {
  const each = (rows: ClaimedRows): Record<ClaimShape, Statement<ClaimRequest>> => ({
    scheduled: claimStatement(table, 'scheduled', rows, control),
    missed: claimStatement(table, 'missed', rows, control),
    kept: claimStatement(table, 'kept', rows, control),
    call: claimStatement(table, 'call', rows, control),
    abandoned: claimStatement(table, 'abandoned', rows, control),
  });
  return { finished: each('finished'), dead: each('dead') };
}

/** The pauses that concern a claim; none without the table of pauses. */
function pausesOf(control: string | undefined): string {
  return control === undefined
    ? `SELECT '' AS name, 'infinity'::timestamptz AS paused_until, 'infinity'::timestamptz AS resumed_at WHERE false`
    : `SELECT asked.name, control.paused_until, control.resumed_at
  FROM asked JOIN ${control} AS control ON control.name IN (asked.task, '*')`;
}

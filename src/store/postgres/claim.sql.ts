import type { ClaimAnswer, ClaimRequest, PreviousRun } from '../lock-store.js';
import { triggerOf } from '../recorded-run.js';
import { endOfPause, IN_TIME, isPaused } from './operating.sql.js';
import { statementOf } from './statement.js';
import type { Statement } from './statement.js';

const COLUMNS = {
  name: 'text',
  task: 'text',
  trigger: 'text',
  even_if_paused: 'boolean',
  token: 'uuid',
  replica: 'text',
  kind: 'text',
  scheduled_time: 'timestamptz',
  catch_up_ms: 'float8',
  step_ms: 'float8',
  recover: 'boolean',
  min_hold_ms: 'float8',
  lease_ms: 'float8',
  tolerance_ms: 'float8',
} as const;

const rowOf = (request: ClaimRequest) => {
  const { name, task, trigger, evenIfPaused = false, token, replica, tick } = request;
  return {
    name,
    task,
    trigger,
    even_if_paused: evenIfPaused,
    token,
    replica,
    kind: tick.kind,
    scheduled_time: tick.kind === 'scheduled' ? tick.scheduledTime.toISOString() : null,
    catch_up_ms: tick.kind === 'scheduled' ? (tick.catchupWindow ?? null) : null,
    step_ms: tick.kind === 'kept' ? tick.interval : null,
    recover: request.recover,
    min_hold_ms: request.minHold,
    lease_ms: request.lease,
    tolerance_ms: request.tolerance,
  };
};

/**
 * One row for each request, all values as Postgres writes them. The answer `running` is a run in progress, `held` the
 * minimum hold.
 */
export interface ClaimRow {
  name: string;
  answer: 'won' | 'running' | 'held' | 'done' | 'paused' | 'early' | 'busy' | 'missing';
  now_ms: string;
  fence: string;
  started_ms: string;
  tick_ms: string;
  until_ms: string;
  /** The end of the minimum hold, where there is one. */
  hold_ms: string | null;
  held_by: string | null;
  outcome: string | null;
  last_tick_ms: string;
  follows_dead: 't' | 'f' | null;
  previous_by: string | null;
  previous_fence: string;
  left_open: 't' | 'f' | null;
  previous_started_ms: string;
  previous_outcome: string | null;
  /** The end of the last pause, where missed ticks count. */
  resumed_ms: string | null;
}

const MIN_HOLD = `asked.min_hold_ms * interval '1 millisecond'`;
const TOLERANCE = `asked.tolerance_ms * interval '1 millisecond'`;
/**
 * A tick that may have been missed is granted if it is young enough, if the name has run a tick before or had its row
 * when the tick was due (the first start of a task has missed nothing), and if it was due after the last pause.
 */
const mayCatchUp = (afterPause: string): string => `(asked.catch_up_ms IS NULL
                OR asked.scheduled_time >= clock_timestamp() - asked.catch_up_ms * interval '1 millisecond'
                   AND (lock.last_tick > '-infinity' OR COALESCE(asked.scheduled_time > lock.finished_at, false))${afterPause})`;
/** A tick at the end of a pause is not in it, also where a replica claims it a moment before. */
const DUE = 'GREATEST(clock_timestamp(), asked.scheduled_time)';
const STEP = `asked.step_ms * interval '1 millisecond'`;
const KEPT_HOLD = `GREATEST(asked.min_hold_ms, 0.9 * asked.step_ms) * interval '1 millisecond'`;

/**
 * The tick that an interval counts from. A tick that lies further ahead than this claimer would set it comes from a longer
 * interval: a task lowered from 24h to 1h would wait for it.
 */
const KEPT = `CASE WHEN lock.last_tick > clock_timestamp() + 0.1 * ${STEP} THEN LEAST(lock.last_tick, lock.started_at)
               ELSE lock.last_tick END`;

/**
 * Takes every requested row that is free, and says why not for each other one: one statement, one round trip.
 *
 * Why it is safe:
 * - `FOR NO KEY UPDATE SKIP LOCKED` never waits. A claim that waited for a row lock would have read its clock before
 *   the wait, and could win with a lease that is already over. If another claim has just committed, Postgres evaluates
 *   the condition again on the new row before it locks it.
 * - The clock is `clock_timestamp()`: `now()` stands still in a transaction. Conditions of a win only become true as
 *   time passes, so an earlier reading can refuse, and never grants too much. The lease counts from a fresh reading,
 *   after the row is locked. A row that becomes free between two readings is answered `busy`.
 * - `last_tick < tick` lets a tick run once, whatever the replicas' clocks say. A tick that lies ahead of the database's
 *   clock is `early`, never clamped.
 * - A row that already carries the token is `won` again while that run is unfinished, even when its lease is over. It is
 *   never taken anew, or a request that the network delayed would take the row of a finished run.
 * - An unfinished run whose lease is over leaves its tick to be recovered, if it was claimed as 'recoverable'. The
 *   recovering claim changes that to 'recovering': a tick that kills its process takes one more replica and not every
 *   one. Any later claim supersedes it.
 * - `synchronous_commit` is raised for this transaction if a role has it off or waits for no standby: a claim lost in a
 *   crash or a failover would give two holders. The setting is evaluated only for rows that were won.
 * - `busy` is a row that looked free and could not be locked, or was taken since. The next attempt has the answer.
 * - `fence` is at least the epoch milliseconds, so it grows even after a row was lost.
 * - With `control`, the table of pauses, a paused task is never won. Only that text can wait for a table, so it wins
 *   nothing if it has waited. Without `control` it is the twin that is sent where the table cannot be read.
 */
export function claimStatement(table: string, control?: string): Statement<ClaimRequest> {
  const mayRun =
    control === undefined
      ? ''
      : `
    AND ${IN_TIME}
    AND (asked.even_if_paused OR NOT ${isPaused(control, 'asked.task', DUE)})`;
  const catchesUp = mayCatchUp(
    control === undefined
      ? ''
      : `
                   AND COALESCE(asked.scheduled_time > ${endOfPause(control, 'asked.task')}, true)`,
  );
  const saysPaused =
    control === undefined
      ? ''
      : `
         WHEN NOT asked.even_if_paused AND ${isPaused(control, 'asked.task', DUE)} THEN 'paused'`;
  const resumed = control === undefined ? 'NULL::timestamptz' : endOfPause(control, 'asked.task');
  return statementOf(
    'task-lock-claim',
    COLUMNS,
    rowOf,
    (asked) => `
WITH ${asked}, free AS (
  SELECT lock.name, asked.token, asked.replica, asked.lease_ms,
         CASE asked.kind
           WHEN 'scheduled' THEN asked.scheduled_time
           WHEN 'kept' THEN CASE
             WHEN clock_timestamp() < ${KEPT} + 2 * ${STEP} THEN date_trunc('milliseconds', ${KEPT} + ${STEP})
             ELSE date_trunc('milliseconds', clock_timestamp())
           END
         END AS tick,
         CASE
           WHEN asked.kind = 'abandoned' OR asked.scheduled_time = lock.last_tick THEN 'recovering'
           WHEN asked.kind <> 'call' AND asked.recover THEN 'recoverable'
           ELSE asked.trigger
         END AS state,
         lock.finished_at IS NULL AS follows_dead,
         lock.locked_by AS previous_by, lock.started_at AS previous_start, lock.fence AS previous_fence,
         lock.outcome AS previous_outcome,
         lock.finished_at IS NULL AND lock.token IS NULL AND lock.outcome = 'recoverable' AS left_open
  FROM asked JOIN ${table} AS lock ON lock.name = asked.name
  WHERE (lock.finished_at IS NOT NULL OR lock.locked_until <= clock_timestamp())
    AND lock.token IS DISTINCT FROM asked.token${mayRun}
    AND CASE asked.kind
          WHEN 'scheduled' THEN
            (asked.scheduled_time > lock.last_tick
              AND asked.scheduled_time >= lock.last_tick + ${MIN_HOLD}
              AND asked.scheduled_time <= clock_timestamp() + ${TOLERANCE}
              AND ${catchesUp})
            OR (asked.recover AND asked.scheduled_time = lock.last_tick
              AND lock.finished_at IS NULL AND lock.outcome = 'recoverable')
          WHEN 'kept' THEN clock_timestamp() >= ${KEPT} + ${KEPT_HOLD}
          WHEN 'abandoned' THEN lock.finished_at IS NULL AND lock.outcome = 'recoverable'
          ELSE asked.min_hold_ms <= 0 OR clock_timestamp() >= lock.started_at + ${MIN_HOLD}
        END
  FOR NO KEY UPDATE OF lock SKIP LOCKED
), won AS (
  UPDATE ${table} AS lock
  SET locked_until = clock_timestamp() + free.lease_ms * interval '1 millisecond',
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
  RETURNING lock.name, lock.fence, lock.started_at, lock.last_tick, lock.locked_until, lock.outcome,
    free.follows_dead, free.previous_by, free.previous_start, free.previous_fence, free.previous_outcome, free.left_open,
    CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')
         THEN set_config('synchronous_commit', 'on', true) END AS made_durable
)
SELECT asked.name,
       CASE
         WHEN won.name IS NOT NULL THEN 'won'
         WHEN lock.name IS NULL THEN 'missing'
         WHEN lock.token = asked.token THEN CASE WHEN lock.finished_at IS NULL THEN 'won' ELSE 'done' END${saysPaused}
         WHEN asked.kind = 'scheduled' AND asked.scheduled_time > clock_timestamp() + ${TOLERANCE} THEN 'early'
         WHEN lock.finished_at IS NULL AND lock.locked_until > clock_timestamp() THEN 'running'
         WHEN (asked.kind = 'abandoned' OR asked.recover AND asked.scheduled_time = lock.last_tick)
           AND lock.finished_at IS NULL AND lock.outcome = 'recoverable' THEN 'busy'
         WHEN asked.kind = 'abandoned' THEN 'done'
         WHEN asked.kind = 'scheduled' AND asked.scheduled_time <= lock.last_tick THEN 'done'
         WHEN clock_timestamp() < hold.until OR asked.scheduled_time < hold.until THEN 'held'
         WHEN asked.kind = 'scheduled' AND NOT ${catchesUp} THEN 'done'
         ELSE 'busy'
       END AS answer,
       extract(epoch FROM clock_timestamp()) * 1000 AS now_ms,
       COALESCE(won.fence, lock.fence) AS fence,
       extract(epoch FROM COALESCE(won.started_at, lock.started_at)) * 1000 AS started_ms,
       extract(epoch FROM COALESCE(won.last_tick, lock.last_tick)) * 1000 AS tick_ms,
       extract(epoch FROM COALESCE(won.locked_until, lock.locked_until)) * 1000 AS until_ms,
       extract(epoch FROM hold.until) * 1000 AS hold_ms,
       lock.locked_by AS held_by,
       COALESCE(won.outcome, lock.outcome) AS outcome,
       extract(epoch FROM lock.last_tick) * 1000 AS last_tick_ms,
       won.follows_dead, won.previous_by, won.previous_fence, won.previous_outcome, won.left_open,
       extract(epoch FROM won.previous_start) * 1000 AS previous_started_ms,
       CASE WHEN asked.kind <> 'call' AND (won.name IS NOT NULL OR lock.token = asked.token OR asked.catch_up_ms IS NOT NULL)
            THEN extract(epoch FROM ${resumed}) * 1000 END AS resumed_ms
FROM asked
LEFT JOIN won ON won.name = asked.name
LEFT JOIN ${table} AS lock ON lock.name = asked.name
LEFT JOIN LATERAL (
  SELECT CASE asked.kind
           WHEN 'scheduled' THEN lock.last_tick + ${MIN_HOLD}
           WHEN 'kept' THEN ${KEPT} + ${KEPT_HOLD}
           WHEN 'abandoned' THEN NULL
           ELSE CASE WHEN asked.min_hold_ms > 0 THEN lock.started_at + ${MIN_HOLD} END
         END AS until
) AS hold ON true`,
  );
}

/** No row: the statement met a conflict. A row still missing was deleted meanwhile. Both are attempted again. */
export function claimAnswer({ tick }: ClaimRequest, row: ClaimRow | undefined): ClaimAnswer {
  if (!row || row.answer === 'missing') return { status: 'busy' };
  const now = Number(row.now_ms);
  const heldBy = row.held_by ?? undefined;
  switch (row.answer) {
    case 'won':
      return {
        status: 'won',
        now,
        fence: BigInt(row.fence),
        startedAt: dateOf(row.started_ms),
        scheduledTime: tick.kind === 'call' ? undefined : dateOf(row.tick_ms),
        lockedUntil: dateOf(row.until_ms),
        recovering: row.outcome === 'recovering',
        // A repeated send finds its own tick.
        lastTick: row.follows_dead === null ? undefined : finiteDateOf(row.last_tick_ms),
        previous: previousOf(row),
        leftOpen: row.left_open === 't' || undefined,
        resumedAt: finiteDateOf(row.resumed_ms),
      };
    case 'running':
      return { status: 'held', now, inProgress: true, heldBy, heldUntil: finiteDateOf(row.until_ms) };
    case 'held':
      return { status: 'held', now, inProgress: false, heldBy, heldUntil: finiteDateOf(row.hold_ms) };
    case 'early':
      return {
        status: 'early',
        now,
        dueIn: tick.kind === 'scheduled' ? tick.scheduledTime.getTime() - now : 0,
      };
    case 'done':
      return {
        status: 'done',
        now,
        lastTick: finiteDateOf(row.last_tick_ms),
        resumedAt: finiteDateOf(row.resumed_ms),
      };
    case 'paused':
      return { status: 'paused', now };
    case 'busy':
      return { status: 'busy', now };
  }
}

/** A repeated send no longer knows it: the row says only who holds it now. */
function previousOf(row: ClaimRow): PreviousRun | undefined {
  if (row.follows_dead !== 't') return undefined;
  return {
    replica: row.previous_by ?? '',
    startedAt: dateOf(row.previous_started_ms),
    fence: BigInt(row.previous_fence),
    trigger: triggerOf(row.previous_outcome),
  };
}

function dateOf(milliseconds: string): Date {
  return new Date(Number(milliseconds));
}

/** An operator may have written 'infinity' into the row, to keep a task from running. */
function finiteDateOf(milliseconds: string | null): Date | undefined {
  const date = dateOf(milliseconds ?? 'NaN');
  return Number.isFinite(date.getTime()) ? date : undefined;
}

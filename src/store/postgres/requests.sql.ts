import { DIED, FIRST_RETRY, LONGEST_RETRY, MOST_GROWTHS, RETRY_FACTOR } from '../request-store.js';
import type { NewRequest } from '../request-store.js';
import { REQUEST_TABLE_ACCESS } from './access.sql.js';
import { isPaused } from './operating.sql.js';
import { checkStatement } from './prepare.sql.js';
import { prepared, statementOf } from './statement.js';
import type { PreparedText, Statement } from './statement.js';
import { storable } from './storable.js';

/** How many names of one task a poll answers: many times what a replica runs of it at once. */
const NAMES_OF_A_TASK = 100;

/** How many unknown tasks are reported at once. */
const MAX_UNKNOWN = 1_000;

/** Whether a request is debounced: later ones of its name put it off. */
const DEBOUNCED = 'latest_at > due_at';

/** When the requests of one name are due. Debounced ones: when the last is, but no later than the first's latest. */
const DUE = `LEAST(min(due_at) FILTER (WHERE NOT ${DEBOUNCED}), max(due_at) FILTER (WHERE ${DEBOUNCED}), min(latest_at))`;

const RETRY_IN = `LEAST(${FIRST_RETRY} * power(${RETRY_FACTOR}, LEAST(attempts - 1, ${MOST_GROWTHS})), ${LONGEST_RETRY}) * interval '1 millisecond'`;

/** All statements on one table of requests. */
export interface RequestStatements {
  check: string;
  add: Statement<AddedRequest>;
  addDurably: Statement<AddedRequest>;
  waiting: string;
  /** The same without the table of pauses. */
  waitingPlain: string;
  unknown: string;
  pickUp: PreparedText;
  remove: PreparedText;
  retry: string;
  giveBack: string;
  /** Change and remove rows with a key of their own, in a rehearsal at start-up. */
  change: string;
  drop: string;
}

/** A request, and its place among those of one insert: the newest has the highest id. */
export type AddedRequest = NewRequest & { nth: number };

export interface AddedRow {
  at_ms: string;
}

export interface WaitingRow {
  name: string;
  task: string;
  key: string | null;
  waiting: string;
  due_in_ms: string;
}

export interface UnknownRow {
  task: string;
  waiting: string;
  since_ms: string;
}

export interface PickedRow {
  picked: string;
  args: string | null;
  parked: string;
}

export interface ReachedRow {
  reached: string;
}

export interface RetriedRow {
  parked: string;
  retry_in_ms: string | null;
}

export function requestStatementsFor(table: string, lockTable: string, control: string): RequestStatements {
  return {
    check: checkStatement(table, REQUEST_TABLE_ACCESS),
    add: addStatement(table),
    addDurably: addDurablyStatement(table),
    waiting: waitingStatement(table, lockTable, control),
    waitingPlain: waitingStatement(table, lockTable),
    unknown: unknownStatement(table),
    pickUp: prepared('task-lock-request-pick-up', pickUpStatement(table, lockTable)),
    remove: prepared('task-lock-request-remove', removeStatement(table)),
    retry: retryStatement(table),
    giveBack: giveBackStatement(table),
    change: rehearsed('UPDATE', table, 'SET attempts = attempts'),
    drop: rehearsed('DELETE FROM', table),
  };
}

/**
 * Publishes requests in the transaction that it is sent in. A plain insert conflicts with nothing, so that none waits.
 * `clock_timestamp()`, since `now()` is when a long transaction began. `ORDER BY nth`: the newest has the highest id.
 */
function addStatement(table: string): Statement<AddedRequest> {
  return insertStatement('task-lock-request-add', table, '');
}

/** The same in a transaction of its own. Safe also where a role commits asynchronously: it then survives a crash. */
function addDurablyStatement(table: string): Statement<AddedRequest> {
  return insertStatement(
    'task-lock-request-add-durably',
    table,
    `,
          CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')
               THEN set_config('synchronous_commit', 'on', true) END`,
  );
}

function insertStatement(name: string, table: string, alsoReturning: string): Statement<AddedRequest> {
  return statementOf<AddedRequest, 'name' | 'task' | 'key' | 'args' | 'delay_ms' | 'latest_ms' | 'nth'>(
    name,
    {
      name: 'text',
      task: 'text',
      key: 'text',
      args: 'text',
      delay_ms: 'float8',
      latest_ms: 'float8',
      nth: 'bigint',
    },
    ({ name, task, key, args, delay, maxDelay = delay, nth }) => ({
      name,
      task,
      key: storable(key),
      args,
      delay_ms: delay,
      latest_ms: Math.max(delay, maxDelay),
      nth,
    }),
    (asked) => `
WITH ${asked}
INSERT INTO ${table} (name, task, key, args, requested_at, due_at, latest_at)
SELECT name, task, key, args::json, at, at + delay_ms * interval '1 millisecond', at + latest_ms * interval '1 millisecond'
FROM clock_timestamp() AS reading(at), asked
ORDER BY nth
RETURNING extract(epoch FROM requested_at) * 1000 AS at_ms${alsoReturning}`,
  );
}

/**
 * What waits for locks that nobody holds. Takes no lock, so that 200 replicas may poll at once. An index finds the names
 * with a due request: those due in a month cost nothing. Each task has a share of the answer, or a slow one would fill it.
 * With `control` paused tasks are left out: each replica would claim all of their names in vain, again and again.
 */
function waitingStatement(table: string, lockTable: string, control?: string): string {
  const mayRun =
    control === undefined
      ? ''
      : `
    AND NOT ${isPaused(control, 'request.task')}`;
  return `
WITH due AS MATERIALIZED (
  SELECT DISTINCT name FROM ${table} AS request
  WHERE parked_at IS NULL AND due_at <= (SELECT clock_timestamp() + $1::float8 * interval '1 millisecond')
    AND task = ANY ($2::text[]) AND name <> ALL ($3::text[])${mayRun}
), free AS (
  SELECT due.name, request.task, request.key, request.waiting, request.due_at,
         row_number() OVER (PARTITION BY request.task ORDER BY request.due_at) AS nth_of_task
  FROM due
  CROSS JOIN LATERAL (
    SELECT min(task) AS task, min(key) AS key, count(*) AS waiting, ${DUE} AS due_at
    FROM ${table} WHERE name = due.name AND parked_at IS NULL
  ) AS request
  LEFT JOIN ${lockTable} AS lock ON lock.name = due.name
  WHERE request.due_at <= clock_timestamp() + $1::float8 * interval '1 millisecond'
    AND (lock.name IS NULL OR lock.finished_at IS NOT NULL OR lock.locked_until <= clock_timestamp())
)
SELECT name, task, key, waiting, extract(epoch FROM due_at - clock_timestamp()) * 1000 AS due_in_ms
FROM free
WHERE nth_of_task <= ${NAMES_OF_A_TASK}
ORDER BY due_at`;
}

/** What this replica cannot run. Takes no lock. Grouped by task, or a thousand names of one would hide another. */
function unknownStatement(table: string): string {
  return `
SELECT task, count(*) AS waiting, extract(epoch FROM min(due_at)) * 1000 AS since_ms
FROM ${table}
WHERE parked_at IS NULL AND task <> ALL ($1::text[])
  AND due_at <= clock_timestamp() - $2::float8 * interval '1 millisecond'
GROUP BY task ORDER BY task LIMIT ${MAX_UNKNOWN}`;
}

/**
 * Marks what is due with the token of the run. Checks the lock, or a run that lost it would settle what its successor
 * has picked up. SKIP LOCKED: waiting for a row that a person has locked would hold the task's lock meanwhile.
 */
function pickUpStatement(table: string, lockTable: string): string {
  // `due` is read again: a call since the poll may have put the window off. `attempts > 0`: a request that failed runs
  // along, or it would run later with older arguments. Counted here: one that kills its process is parked in the end.
  return `
WITH reading AS MATERIALIZED (SELECT clock_timestamp() AS at),
open AS MATERIALIZED (
  SELECT id, attempts, due_at, latest_at FROM ${table}
  WHERE name = $1 AND parked_at IS NULL AND ($4::timestamptz IS NULL OR requested_at < $4)
    AND EXISTS (
      SELECT FROM ${lockTable} AS lock
      WHERE lock.name = $1 AND lock.token = $2::uuid
        AND lock.finished_at IS NULL AND lock.locked_until > clock_timestamp()
    )
), due AS (
  SELECT COALESCE(min(due_at) FILTER (WHERE NOT ${DEBOUNCED}) <= at, false) AS one_alone,
         COALESCE(LEAST(max(due_at) FILTER (WHERE ${DEBOUNCED}), min(latest_at) FILTER (WHERE ${DEBOUNCED})) <= at, false)
           AS the_window
  FROM reading LEFT JOIN open ON true GROUP BY at
), taken AS (
  SELECT open.id FROM open, due, reading
  WHERE CASE WHEN ${DEBOUNCED} THEN due.the_window
             ELSE (due.one_alone OR due.the_window OR $4::timestamptz IS NOT NULL) AND (due_at <= at OR attempts > 0) END
), locked AS (
  SELECT request.id FROM ${table} AS request JOIN taken ON taken.id = request.id
  WHERE request.name = $1
  FOR NO KEY UPDATE OF request SKIP LOCKED
), picked AS (
  UPDATE ${table} AS request SET attempts = attempts + 1, token = $2::uuid
  FROM locked WHERE request.name = $1 AND request.id = locked.id AND request.attempts < $3::integer
  RETURNING request.id, request.args
), parked AS (
  UPDATE ${table} AS request SET parked_at = clock_timestamp(), token = NULL, error = COALESCE(error, '${DIED}')
  FROM locked WHERE request.name = $1 AND request.id = locked.id AND request.attempts >= $3::integer
  RETURNING request.id
)
SELECT (SELECT count(*) FROM picked) AS picked,
       (SELECT args::text FROM picked ORDER BY id DESC LIMIT 1) AS args,
       (SELECT count(*) FROM parked) AS parked`;
}

/** Removes what a run has picked up, and nothing else: what another run has taken over carries another token. */
function removeStatement(table: string): string {
  return `DELETE FROM ${table} WHERE name = $1 AND token = $2::uuid`;
}

/**
 * Makes what a failed run has picked up due for its next attempt, or parks it after the last. The token stays, so that
 * the statement has the same answer when it is sent again because the first answer was lost.
 */
function retryStatement(table: string): string {
  return `
WITH failed AS (
  UPDATE ${table} SET
    error = $4,
    due_at = reading.at + ${RETRY_IN},
    latest_at = reading.at + ${RETRY_IN},
    parked_at = CASE WHEN attempts >= $3::integer THEN reading.at END
  FROM clock_timestamp() AS reading(at)
  WHERE name = $1 AND token = $2::uuid
  RETURNING parked_at, due_at - reading.at AS retry_in
)
SELECT count(parked_at) AS parked,
       extract(epoch FROM min(retry_in) FILTER (WHERE parked_at IS NULL)) * 1000 AS retry_in_ms
FROM failed`;
}

/** Undoes a pick-up that did not count: a shutdown cut the run off. The token matches once, so a repeat does nothing. */
function giveBackStatement(table: string): string {
  return `UPDATE ${table} SET token = NULL, attempts = attempts - 1 WHERE name = $1 AND token = $2::uuid`;
}

/** Row-level security may let a role insert a row that it can neither change nor remove. */
function rehearsed(command: string, table: string, set = ''): string {
  return `
WITH reached AS (
  ${command} ${table} ${set} WHERE name = ANY ($1::text[]) AND key = $2 RETURNING id
)
SELECT count(*) AS reached FROM reached`;
}

import { createHash } from 'node:crypto';
import { ALL_TASKS, REFRESHED_AFTER } from '../operator-store.js';
import type { Declaration, DeclaredTask } from '../operator-store.js';
import { interval } from './instants.js';
import { storable } from './storable.js';

/** The row of a declaration whose heartbeat is due, or was written by a clock that was ahead. */
const IS_STALE = `task.name = '${ALL_TASKS}'
    AND task.last_declared NOT BETWEEN clock_timestamp() - ${interval(REFRESHED_AFTER)} AND clock_timestamp()`;

/** A row of the table of declared tasks that a replica wants to be there. */
export interface WantedRow {
  name: string;
  digest: string;
  task?: DeclaredTask;
}

export interface OutdatedRow {
  nth: string;
}

export interface TurnRow {
  mine: 'true' | 'false';
}

/**
 * Which rows of a declaration are missing, and whether its heartbeat is due. A replica that starts like the one before it
 * sends this and nothing else. Reads by the primary key, and takes no lock.
 */
export function outdatedStatement(table: string): string {
  return `
SELECT asked.nth
FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS asked(name, digest, nth)
LEFT JOIN ${table} AS task ON task.application = $1 AND task.name = asked.name AND task.digest = asked.digest
WHERE task.name IS NULL OR ${IS_STALE}`;
}

/**
 * Adds the rows that are missing, and writes the heartbeat of the declaration if it is due: an update of one row, heap-only.
 *
 * Why it is safe beside other replicas:
 * - Only the one that gets the advisory lock writes: of 200 that start at once, the others write nothing, are told so,
 *   and look again. The lock ends with the statement's own transaction, so a pooler may stand between.
 * - A replica that gets its turn late meets what the one before has committed: an existing row is left as it is, and one
 *   that was refreshed meanwhile is not old any more. Rows are added in order, so that nothing deadlocks.
 * - A locked row is skipped: the next one to declare refreshes it.
 * - `first_declared` is never changed, so that old and new code in a rolling deployment do not flap.
 *
 * The row of a declaration keeps its family where a task has its method: that of the last one of its application; of
 * applications without a name, that of the last one with a common task. The first of a family gives it its digest.
 */
export function declareStatement(table: string): string {
  return `
WITH turn AS MATERIALIZED (
  SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS mine
), asked AS (
  SELECT asked.* FROM turn, unnest(
    $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::float8[], $9::float8[], $10::float8[],
    $11::float8[], $12::boolean[], $13::boolean[], $14::boolean[], $15::boolean[], $19::boolean[]
  ) AS asked(name, digest, member, schedule, time_zone, interval_ms, min_hold_ms, max_hold_ms, lease_ms,
             is_scheduled, is_conditional, is_disabled, is_keyed, is_polled)
  WHERE turn.mine
), stale AS (
  SELECT task.name, task.digest
  FROM asked JOIN ${table} AS task ON task.application = $2 AND task.name = asked.name AND task.digest = asked.digest
  WHERE ${IS_STALE}
  FOR NO KEY UPDATE OF task SKIP LOCKED
), refreshed AS (
  UPDATE ${table} AS task SET last_declared = clock_timestamp(), declared_by = $17, version = $18
  FROM stale
  WHERE task.application = $2 AND task.name = stale.name AND task.digest = stale.digest
), added AS (
  INSERT INTO ${table}
    (application, name, digest, member, schedule, time_zone, interval_ms, min_hold_ms, max_hold_ms, lease_ms,
     is_scheduled, is_conditional, is_disabled, is_keyed, is_polled, names, first_declared, last_declared, declared_by, version)
  SELECT $2, name, digest, CASE WHEN name = '${ALL_TASKS}' THEN COALESCE((
           SELECT kin.member FROM ${table} AS kin
           WHERE kin.application = $2 AND kin.name = '${ALL_TASKS}' AND ($2 <> '' OR kin.names && $16::text[])
           ORDER BY kin.last_declared DESC LIMIT 1
         ), digest) ELSE member END, schedule, time_zone, interval_ms, min_hold_ms, max_hold_ms, lease_ms,
         is_scheduled, is_conditional, is_disabled, is_keyed, is_polled, CASE WHEN name = '${ALL_TASKS}' THEN $16::text[] END,
         reading.at, reading.at, $17, $18
  FROM asked, (SELECT clock_timestamp() AS at) AS reading
  ORDER BY name
  ON CONFLICT (application, name, digest) DO NOTHING
)
SELECT mine::text FROM turn`;
}

/** The rows of a declaration: one for each definition of a task, and one that lists them all. */
export function wantedRows({ tasks, version }: Declaration): WantedRow[] {
  const rows = tasks.map((task): WantedRow => ({ name: task.name, digest: digestOf(definedBy(task)), task }));
  const all = rows.map(({ name, digest }) => `${name}\n${digest}`).sort();
  return [...rows, { name: ALL_TASKS, digest: digestOf([version, ...all]) }];
}

export function outdatedValues({ application = '' }: Declaration, rows: readonly WantedRow[]): unknown[] {
  return [application, rows.map(({ name }) => name), rows.map(({ digest }) => digest)];
}

export function declareValues(
  table: string,
  declaration: Declaration,
  rows: readonly WantedRow[],
): unknown[] {
  const { application = '', replica, version } = declaration;
  const column = <Value>(valueOf: (task: DeclaredTask) => Value | undefined): (Value | null)[] =>
    rows.map(({ task }) => (task && valueOf(task)) ?? null);
  const flag = (isSet: (task: DeclaredTask) => boolean): boolean[] =>
    rows.map(({ task }) => task !== undefined && isSet(task));
  return [
    `nestjs-task-lock declares ${table} ${application}`,
    application,
    rows.map(({ name }) => name),
    rows.map(({ digest }) => digest),
    column(({ member }) => storable(member)),
    column(({ schedule }) => storable(schedule)),
    column(({ timeZone }) => storable(timeZone)),
    column(({ interval }) => interval),
    column(({ minHold }) => minHold),
    column(({ maxHold }) => maxHold),
    column(({ lease }) => lease),
    flag(({ isScheduled }) => isScheduled),
    flag(({ isConditional }) => isConditional),
    flag(({ isDisabled }) => isDisabled),
    flag(({ isKeyed }) => isKeyed),
    // Two dimensions: the name of each task, and the digest of its definition.
    wantedRows(declaration).flatMap(({ name, digest, task }) => (task ? [[name, digest]] : [])),
    storable(replica),
    storable(version),
    flag(({ isPolled }) => isPolled),
  ];
}

/** What makes two definitions the same one, in an order of its own. */
function definedBy(task: DeclaredTask): unknown[] {
  const { name, member = null, schedule = null, timeZone = null, interval = null } = task;
  const { minHold, maxHold, lease, isScheduled, isConditional, isDisabled, isKeyed, isPolled } = task;
  const flags = [isScheduled, isConditional, isDisabled, isKeyed, isPolled];
  return [name, member, schedule, timeZone, interval, minHold, maxHold, lease, ...flags];
}

function digestOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

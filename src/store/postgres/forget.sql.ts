import { GIVEN_UP_AFTER, KEPT_FOR } from '../operator-store.js';
import type { ForgetResult } from '../operator-store.js';
import { NAMES, standingDeclarations } from './definitions.sql.js';
import { givenInstant, interval, milliseconds } from './instants.js';
import type { TableNames } from './operator-tables.js';

/** How many rows of keys one statement removes. */
export const FORGOTTEN_AT_ONCE = 10_000;

/**
 * A lock that may go: its fence lies below the clock, where a new row begins. One whose run ended within the hour stays:
 * a replica whose clock is late could run that tick again.
 */
const MAY_GO = `lock.finished_at < clock_timestamp() - interval '1 hour' AND lock.locked_until <= clock_timestamp()
    AND lock.fence < extract(epoch FROM clock_timestamp()) * 1000`;

/**
 * CTEs that end in `kept`: the tasks that replicas may have, since their declaration stands, or had a heartbeat within the
 * hour. One without a heartbeat for days keeps nothing: no other declaration makes it lapse where its application is gone,
 * or has another name now.
 */
const keptTasks = (task: string): string => `${standingDeclarations(task)}, kept AS MATERIALIZED (
  SELECT unnest(${NAMES}) AS name, declared_by, last_declared FROM declaration
  WHERE last_declared >= clock_timestamp() - ${interval(KEPT_FOR)}
  UNION ALL
  SELECT unnest(${NAMES}), declared_by, last_declared FROM standing
  WHERE last_declared >= clock_timestamp() - ${interval(GIVEN_UP_AFTER)}
)`;

export interface ForgottenRow {
  removed: string;
  /** Of the replica that keeps the task from being forgotten. */
  declared_by: string | null;
  last_ms: string | null;
}

/**
 * Removes what is stored of a task that no replica has: definitions, runs, pause, cancel, requests, and its lock.
 *
 * Why it is safe:
 * - It reads the declarations in the same statement: a replica may have started since the operator looked.
 * - No claim, renewal or release waits for it: locked rows of the lock table and of requests are skipped.
 * - Its actions stay, and this one is added: who did what is pruned by age.
 */
export function forgetStatement(tables: TableNames): string {
  const { lock, request, control, cancel, task, run, action } = tables;
  const unused = `NOT EXISTS (SELECT FROM holder)`;
  return `
WITH ${keptTasks(task)}, holder AS MATERIALIZED (
  SELECT declared_by, last_declared FROM kept WHERE name = $1 ORDER BY last_declared DESC LIMIT 1
), definitions AS (
  DELETE FROM ${task} WHERE name = $1 AND ${unused} RETURNING 1
), runs AS (
  DELETE FROM ${run} WHERE task = $1 AND ${unused} RETURNING 1
), pauses AS (
  DELETE FROM ${control} WHERE name = $1 AND ${unused} RETURNING 1
), cancels AS (
  DELETE FROM ${cancel} WHERE (name = $1 OR starts_with(name, $2)) AND ${unused} RETURNING 1
), requests AS (
  DELETE FROM ${request} AS request USING (
    SELECT name, id FROM ${request} WHERE task = $1 AND ${unused} FOR UPDATE SKIP LOCKED
  ) AS free
  WHERE request.name = free.name AND request.id = free.id
  RETURNING 1
), locks AS (
  DELETE FROM ${lock} WHERE name IN (
    SELECT lock.name FROM ${lock} AS lock WHERE lock.name = $1 AND ${MAY_GO} AND ${unused} FOR UPDATE SKIP LOCKED
  )
  RETURNING 1
), removed AS (
  SELECT (SELECT count(*) FROM definitions) + (SELECT count(*) FROM runs) + (SELECT count(*) FROM pauses)
       + (SELECT count(*) FROM cancels) + (SELECT count(*) FROM requests) + (SELECT count(*) FROM locks) AS rows
), noted AS (
  INSERT INTO ${action} (name, action, by, reason, at, answer)
  SELECT $1, 'forget', $3, $4, clock_timestamp(), CASE WHEN ${unused} THEN 'forgotten' ELSE 'refused' END
)
SELECT rows::text AS removed, declared_by, ${milliseconds('last_declared')} AS last_ms
FROM removed LEFT JOIN holder ON true`;
}

export function forgetResult({
  removed,
  declared_by: declaredBy,
  last_ms: last,
}: ForgottenRow): ForgetResult {
  if (declaredBy === null) return { status: 'forgotten', removed: Number(removed) };
  return { status: 'refused', declaredBy, lastDeclared: givenInstant(last) };
}

/** Removes locks of the keys of such a task, some at a time. The name of another task may look like a key of it. */
export function forgetKeysStatement({ lock, task }: TableNames): string {
  return `
WITH ${keptTasks(task)}, removed AS (
  DELETE FROM ${lock} WHERE name IN (
    SELECT lock.name FROM ${lock} AS lock
    WHERE starts_with(lock.name, $2) AND ${MAY_GO}
      AND NOT EXISTS (SELECT FROM kept WHERE kept.name IN ($1, lock.name))
    LIMIT ${FORGOTTEN_AT_ONCE}
    FOR UPDATE OF lock SKIP LOCKED
  )
  RETURNING 1
)
SELECT count(*)::text AS removed FROM removed`;
}

import { ALL_TASKS, IN_USE } from '../operator-store.js';
import { DIGESTS } from './definitions.sql.js';
import { interval } from './instants.js';
import { ranTasks } from './tasks.sql.js';

/** How many rows one statement removes: it then takes some ten milliseconds. */
export const PRUNED_AT_ONCE = 5_000;

export interface RemovedRow {
  removed: string;
}

/**
 * Removes runs that the history does not keep: those before the newest hundred of a task (of one with keys the newest
 * thousand), and those older than the maximum age, but none of the newest ten.
 *
 * Why it is safe:
 * - It never touches a lock, and no claim reads this table. A release adds a row, and waits for none of these, unless it
 *   is that of a run that counted as dead for so long.
 * - SKIP LOCKED and LIMIT: replicas that prune at once share the work, and none holds its rows for long.
 * - What is kept begins with a start of a run, found by counting along the index: not the whole history of a task is
 *   sorted. Runs that started at that very instant are kept, too.
 * - Rows are removed by their place, which a lock on a row keeps: a join reads a large table from one end to the other.
 */
export function pruneRunsStatement(table: string): string {
  const nth = (rank: string): string => `(
    SELECT run.started_at FROM ${table} AS run WHERE run.task = ran.task ORDER BY run.started_at DESC
    OFFSET ${rank} - 1 LIMIT 1
  )`;
  const isKeyed = `(SELECT run.key IS NOT NULL FROM ${table} AS run WHERE run.task = ran.task ORDER BY run.started_at DESC LIMIT 1)`;
  return `
WITH RECURSIVE ${ranTasks(table)}, kept AS (
  SELECT ran.task,
         GREATEST(
           COALESCE(${nth(`CASE WHEN ${isKeyed} THEN $2::bigint ELSE $1::bigint END`)}, '-infinity'),
           LEAST(COALESCE(${nth('$3::bigint')}, '-infinity'), clock_timestamp() - $4::float8 * interval '1 millisecond')
         ) AS since
  FROM ran WHERE ran.task IS NOT NULL
), old AS (
  SELECT found.place
  FROM kept CROSS JOIN LATERAL (
    SELECT run.ctid AS place FROM ${table} AS run
    WHERE run.task = kept.task AND run.started_at < kept.since
    ORDER BY run.started_at LIMIT ${PRUNED_AT_ONCE}
    FOR UPDATE SKIP LOCKED
  ) AS found
  LIMIT ${PRUNED_AT_ONCE}
), removed AS (
  DELETE FROM ${table} AS run WHERE run.ctid = ANY (ARRAY(SELECT old.place FROM old))
  RETURNING 1
)
SELECT count(*)::text AS removed FROM removed`;
}

/**
 * Removes actions that are older than the maximum age. A pause or a resume stays for as long as a run that is older than
 * it: the ledger needs to know why no run came after. The last one of a name stays.
 */
export function pruneActionsStatement(actions: string, runs: string): string {
  return `
WITH RECURSIVE ${ranTasks(runs)}, oldest AS MATERIALIZED (
  SELECT min((SELECT run.started_at FROM ${runs} AS run WHERE run.task = ran.task ORDER BY run.started_at LIMIT 1)) AS at
  FROM ran WHERE ran.task IS NOT NULL
), old AS (
  SELECT action.id FROM ${actions} AS action
  WHERE action.at < clock_timestamp() - $1::float8 * interval '1 millisecond'
    AND (action.action NOT IN ('pause', 'resume')
      OR EXISTS (SELECT FROM ${actions} AS later
                 WHERE later.name = action.name AND later.id > action.id AND later.action IN ('pause', 'resume'))
        AND NOT CASE WHEN action.name = '${ALL_TASKS}' THEN COALESCE((SELECT at FROM oldest) <= action.at, false)
                     ELSE EXISTS (SELECT FROM ${runs} AS run
                                  WHERE run.task = action.name AND run.started_at <= action.at) END)
  LIMIT ${PRUNED_AT_ONCE}
  FOR UPDATE SKIP LOCKED
), removed AS (
  DELETE FROM ${actions} AS action USING old WHERE action.id = old.id
  RETURNING 1
)
SELECT count(*)::text AS removed FROM removed`;
}

/**
 * Removes declarations that have had no heartbeat for as long, and definitions that no declaration lists any more, where
 * a newer one has taken their place. The last one of an application or of a task stays.
 */
export function pruneDefinitionsStatement(tasks: string): string {
  return `
WITH listed AS MATERIALIZED (
  SELECT application, unnest(${DIGESTS}) AS digest FROM ${tasks} WHERE name = '${ALL_TASKS}'
), old AS (
  SELECT task.application, task.name, task.digest FROM ${tasks} AS task
  WHERE task.last_declared < clock_timestamp() - $1::float8 * interval '1 millisecond'
    AND (task.application, task.digest) NOT IN (SELECT application, digest FROM listed)
    AND EXISTS (SELECT FROM ${tasks} AS newer
                WHERE newer.application = task.application AND newer.name = task.name
                  AND (task.name <> '${ALL_TASKS}' OR newer.member = task.member)
                  AND (newer.last_declared > task.last_declared + ${interval(IN_USE)}
                    OR (newer.application, newer.digest) IN (SELECT application, digest FROM listed)))
  LIMIT ${PRUNED_AT_ONCE}
  FOR UPDATE SKIP LOCKED
), removed AS (
  DELETE FROM ${tasks} AS task USING old
  WHERE task.application = old.application AND task.name = old.name AND task.digest = old.digest
  RETURNING 1
)
SELECT count(*)::text AS removed FROM removed`;
}

/** Removes cancels that are older than the maximum age: the runs that they stopped are over. */
export function pruneCancelsStatement(cancels: string): string {
  return `
WITH old AS (
  SELECT name FROM ${cancels} WHERE cancelled_at < clock_timestamp() - $1::float8 * interval '1 millisecond'
  LIMIT ${PRUNED_AT_ONCE}
  FOR UPDATE SKIP LOCKED
), removed AS (
  DELETE FROM ${cancels} AS cancelled USING old WHERE cancelled.name = old.name
  RETURNING 1
)
SELECT count(*)::text AS removed FROM removed`;
}

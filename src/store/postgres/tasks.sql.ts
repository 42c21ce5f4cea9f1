import { ALL_TASKS, MOST_IN_A_ROW } from '../operator-store.js';
import { milliseconds } from './instants.js';
import { runColumns } from './runs.sql.js';
import type { RunRow } from './runs.sql.js';

/** The names of all tasks that have run, one step along the index a name: the table has a hundred rows of each. */
export function ranTasks(table: string): string {
  return `ran(task) AS (
  (SELECT task FROM ${table} ORDER BY task LIMIT 1)
  UNION ALL
  SELECT (SELECT run.task FROM ${table} AS run WHERE run.task > ran.task ORDER BY run.task LIMIT 1)
  FROM ran WHERE ran.task IS NOT NULL
)`;
}

/** Every name that was declared or has run. Takes no lock. */
export function namesStatement(tasks: string, runs: string): string {
  return `
WITH RECURSIVE ${ranTasks(runs)}
SELECT name FROM ${tasks} WHERE name <> '${ALL_TASKS}'
UNION
SELECT task FROM ran WHERE task IS NOT NULL
ORDER BY name`;
}

export interface RecentRow extends RunRow {
  success_ms: string | null;
  failures: string;
}

/**
 * The last run of each task, its last success, and how many runs have failed since. Takes no lock. For each task it
 * reads along the index of task and start, stops at the last success, and looks no further back than the history is kept.
 */
function recentStatement(table: string, asked: string): string {
  const newest = `
    SELECT run.started_at, run.finished_at, run.outcome FROM ${table} AS run WHERE run.task = asked.task
    ORDER BY run.started_at DESC LIMIT ${MOST_IN_A_ROW}`;
  return `
WITH RECURSIVE ${ranTasks(table)}
SELECT ${runColumns('last')}, ${milliseconds('success.finished_at')} AS success_ms, since.failures
FROM ${asked}
CROSS JOIN LATERAL (
  SELECT * FROM ${table} AS run WHERE run.task = asked.task ORDER BY run.started_at DESC LIMIT 1
) AS last
LEFT JOIN LATERAL (
  SELECT newest.started_at, newest.finished_at FROM (${newest}
  ) AS newest
  WHERE newest.outcome = 'succeeded' ORDER BY newest.started_at DESC LIMIT 1
) AS success ON true
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE failed.outcome IN ('failed', 'died', 'lost')) AS failures FROM (
    SELECT run.outcome FROM ${table} AS run
    WHERE run.task = asked.task AND run.started_at > COALESCE(success.started_at, '-infinity')
    ORDER BY run.started_at DESC LIMIT ${MOST_IN_A_ROW}
  ) AS failed
) AS since`;
}

export function recentOfAllStatement(table: string): string {
  return recentStatement(table, 'ran AS asked');
}

export function recentOfStatement(table: string): string {
  return recentStatement(table, 'unnest($1::text[]) AS asked(task)');
}

export interface CountedRow {
  task: string;
  waiting: string;
  parked: string;
}

/** How many requests of each task wait, and how many are parked. Takes no lock. */
export function countedStatement(table: string): string {
  return `
SELECT task, count(*) FILTER (WHERE parked_at IS NULL)::text AS waiting, count(parked_at)::text AS parked
FROM ${table}
WHERE $1::text[] IS NULL OR task = ANY ($1)
GROUP BY task`;
}

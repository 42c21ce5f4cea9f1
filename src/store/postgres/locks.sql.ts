import type { LockRecord } from '../operator-store.js';
import { givenInstant, instantOf, milliseconds } from './instants.js';
import type { TableNames } from './operator-tables.js';

/** How many unfinished locks of one task with keys are told: a crash may have left thousands. */
const LOCKS_OF_A_TASK = 100;

export interface LockRow {
  task: string;
  name: string;
  fence: string;
  locked_by: string | null;
  outcome: string | null;
  started_ms: string;
  finished_ms: string | null;
  until_ms: string | null;
  tick_ms: string | null;
  is_cancelled: 'true' | 'false';
  /** Whether its run has not ended, and has no token any more. */
  is_freed: 'true' | 'false';
}

/** The columns of a lock as {@link lockRecord} reads them. */
export function lockColumns({ cancel }: TableNames, lock: string): string {
  return `${lock}.name, ${lock}.fence::text AS fence, ${lock}.locked_by, ${lock}.outcome,
       ${milliseconds(`${lock}.started_at`)} AS started_ms, ${milliseconds(`${lock}.finished_at`)} AS finished_ms,
       ${milliseconds(`${lock}.locked_until`)} AS until_ms, ${milliseconds(`${lock}.last_tick`)} AS tick_ms,
       EXISTS (SELECT FROM ${cancel} AS cancelled
               WHERE cancelled.name = ${lock}.name AND cancelled.fence = ${lock}.fence)::text AS is_cancelled,
       (${lock}.finished_at IS NULL AND ${lock}.token IS NULL)::text AS is_freed`;
}

/** Locks by their names, without those that have never run. Reads by the primary key, and takes no row lock. */
export function locksStatement(tables: TableNames): string {
  return `
SELECT lock.name AS task, ${lockColumns(tables, 'lock')}
FROM ${tables.lock} AS lock
WHERE lock.name = ANY ($1::text[]) AND lock.started_at > '-infinity'`;
}

/**
 * The unfinished locks of tasks with keys, the newest of each. Takes no row lock. It reads the table once for all of
 * them: the few unfinished rows are compared with the prefixes, and not a million keys with each. A declared task whose
 * name looks like a key of another one is none.
 */
export function keyedLocksStatement(tables: TableNames): string {
  return `
WITH unfinished AS MATERIALIZED (
  SELECT name, started_at FROM ${tables.lock} AS lock
  WHERE finished_at IS NULL AND NOT EXISTS (SELECT FROM ${tables.task} AS task WHERE task.name = lock.name)
), numbered AS (
  SELECT keyed.task, unfinished.name,
         row_number() OVER (PARTITION BY keyed.task ORDER BY unfinished.started_at DESC) AS nth
  FROM unfinished
  JOIN unnest($1::text[], $2::text[]) AS keyed(task, prefix) ON starts_with(unfinished.name, keyed.prefix)
)
SELECT numbered.task, ${lockColumns(tables, 'lock')}
FROM numbered JOIN ${tables.lock} AS lock ON lock.name = numbered.name
WHERE numbered.nth <= ${LOCKS_OF_A_TASK} AND lock.finished_at IS NULL AND lock.started_at > '-infinity'
ORDER BY numbered.task, numbered.nth`;
}

export function lockRecord(row: LockRow): LockRecord {
  return {
    name: row.name,
    startedAt: givenInstant(row.started_ms),
    finishedAt: instantOf(row.finished_ms),
    lockedUntil: instantOf(row.until_ms),
    lastTick: instantOf(row.tick_ms),
    fence: BigInt(row.fence),
    heldBy: row.locked_by ?? undefined,
    outcome: row.outcome ?? undefined,
    isCancelled: row.is_cancelled === 'true',
    isTakenAway: row.is_freed === 'true' && row.outcome !== 'recoverable',
    isLeftOpen: row.is_freed === 'true' && row.outcome === 'recoverable',
  };
}

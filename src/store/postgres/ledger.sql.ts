import { ALL_TASKS } from '../operator-store.js';
import type { LedgerSearch } from '../operator-store.js';
import type { PauseAction } from '../paused-times.js';
import { givenInstant, instantOf, milliseconds } from './instants.js';
import { runColumns } from './runs.sql.js';
import type { RunRow } from './runs.sql.js';

export interface LedgerRow extends RunRow {
  oldest_ms: string;
}

/** How many rows one statement reads on each side: a history has a thousand at most once it is pruned. */
const MOST_READ = 5_000;

/** How many of the runs that began before are read: one of them may be in progress still. */
const MOST_BEFORE = 100;

/**
 * The runs of one task that may say something of the ticks between two instants: those in progress at some time between
 * them, and by their tick those between, one before and one after. Takes no lock, and reads along the index of task and
 * start.
 *
 * Why bounds of the start are safe, though runs are told by their tick:
 * - No tick is granted before it is due by the database's clock. A minute is left for a failover to a server whose clock
 *   is behind. A recovered or caught-up tick starts later.
 * - The tick of a row only grows, so that runs that start later have no earlier tick: what follows the first one with a
 *   later tick says nothing more.
 * - Where more is there than is read, `oldest_ms` is the start from which all was read. Before it nothing is missed.
 */
export function ledgerRunsStatement(table: string): string {
  const from = `$2::timestamptz - interval '1 minute'`;
  return `
WITH within AS MATERIALIZED (
  SELECT * FROM ${table} WHERE task = $1 AND started_at >= ${from} AND started_at < $3::timestamptz
  ORDER BY started_at DESC LIMIT ${MOST_READ}
), near AS MATERIALIZED (
  (SELECT * FROM ${table} WHERE task = $1 AND started_at < ${from} ORDER BY started_at DESC LIMIT ${MOST_BEFORE})
  UNION ALL
  SELECT * FROM within
  UNION ALL
  (SELECT * FROM ${table} WHERE task = $1 AND started_at >= $3::timestamptz ORDER BY started_at LIMIT ${MOST_READ})
), told AS (
  SELECT name, fence FROM near WHERE tick BETWEEN $2::timestamptz AND $3::timestamptz
  UNION
  SELECT name, fence FROM near WHERE started_at <= $3::timestamptz AND COALESCE(finished_at, started_at) >= $2::timestamptz
  UNION
  (SELECT name, fence FROM near WHERE tick < $2::timestamptz ORDER BY tick DESC, started_at DESC LIMIT 1)
  UNION
  (SELECT name, fence FROM near WHERE tick > $3::timestamptz ORDER BY tick, started_at LIMIT 1)
), oldest AS (
  SELECT CASE WHEN (SELECT count(*) FROM within) < ${MOST_READ}
           THEN (SELECT started_at FROM ${table} WHERE task = $1 ORDER BY started_at LIMIT 1)
           ELSE (SELECT min(started_at) FROM within) END AS at
)
SELECT ${runColumns('near')}, ${milliseconds('oldest.at')} AS oldest_ms
FROM near JOIN told ON told.name = near.name AND told.fence = near.fence CROSS JOIN oldest
ORDER BY COALESCE(near.tick, near.started_at), near.started_at`;
}

export interface PauseActionRow {
  name: string;
  action: 'pause' | 'resume';
  by: string;
  reason: string | null;
  at_ms: string;
  until_ms: string | null;
}

/** Every pause and resume, in their order. Takes no lock. A resume in vain is among them, and ends nothing. */
export function pauseActionsOfAllStatement(table: string): string {
  return pauseActions(table, '');
}

/** The same of some tasks and of all tasks, along the index of name and id. */
export function pauseActionsOfStatement(table: string): string {
  return pauseActions(table, `name = ANY ($1::text[] || '${ALL_TASKS}'::text) AND `);
}

function pauseActions(table: string, which: string): string {
  return `
SELECT name, action, by, reason, ${milliseconds('at')} AS at_ms, ${milliseconds('until')} AS until_ms
FROM ${table}
WHERE ${which}action IN ('pause', 'resume')
ORDER BY id`;
}

export function ledgerValues({ task, from, to }: LedgerSearch): unknown[] {
  return [task, from.toISOString(), to.toISOString()];
}

export function pauseAction({ name, action, by, reason, at_ms, until_ms }: PauseActionRow): PauseAction {
  return {
    name,
    action,
    by,
    reason: reason ?? undefined,
    at: givenInstant(at_ms),
    until: instantOf(until_ms),
  };
}

import { ALL_TASKS } from '../operator-store.js';
import type { LedgerSearch } from '../operator-store.js';
import type { PauseAction } from '../paused-times.js';
import { givenInstant, instantOf, milliseconds } from './instants.js';
import { runColumns } from './runs.sql.js';
import type { RunRow } from './runs.sql.js';

export interface LedgerRow extends RunRow {
  oldest_ms: string;
}

/**
 * The runs of one task that may say something of the ticks between two instants: those in progress at some time between
 * them, and by their tick those between, one before and one after. Takes no lock; the history of a task is short.
 */
export function ledgerRunsStatement(table: string): string {
  return `
WITH history AS MATERIALIZED (
  SELECT * FROM ${table} WHERE task = $1
), told AS (
  SELECT name, fence FROM history WHERE tick BETWEEN $2::timestamptz AND $3::timestamptz
  UNION
  SELECT name, fence FROM history WHERE started_at <= $3::timestamptz AND COALESCE(finished_at, started_at) >= $2::timestamptz
  UNION
  (SELECT name, fence FROM history WHERE tick < $2::timestamptz ORDER BY tick DESC, started_at DESC LIMIT 1)
  UNION
  (SELECT name, fence FROM history WHERE tick > $3::timestamptz ORDER BY tick, started_at LIMIT 1)
)
SELECT ${runColumns('history')}, (SELECT ${milliseconds('min(started_at)')} FROM history) AS oldest_ms
FROM history JOIN told ON told.name = history.name AND told.fence = history.fence
ORDER BY COALESCE(history.tick, history.started_at), history.started_at`;
}

export interface PauseActionRow {
  name: string;
  action: 'pause' | 'resume';
  by: string;
  reason: string | null;
  at_ms: string;
  until_ms: string | null;
}

/**
 * The pauses and resumes of a task and of all tasks until an instant, in their order. Takes no lock. A resume in vain is
 * among them, and ends nothing.
 */
export function pauseActionsStatement(table: string): string {
  return `
SELECT name, action, by, reason, ${milliseconds('at')} AS at_ms, ${milliseconds('until')} AS until_ms
FROM ${table}
WHERE name IN ($1, '${ALL_TASKS}') AND action IN ('pause', 'resume') AND at <= $2::timestamptz
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

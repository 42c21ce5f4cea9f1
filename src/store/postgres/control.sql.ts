import { ALL_TASKS } from '../operator-store.js';
import type { Pause } from '../operator-store.js';
import { DURABLY, givenInstant, instantOf, milliseconds } from './instants.js';
import type { TableNames } from './operator-tables.js';

export interface ControlRow {
  name: string;
  paused_by: string;
  reason: string | null;
  since_ms: string;
  /** None where only a resume ends it. */
  until_ms: string | null;
  holds: 'true' | 'false';
}

const COLUMNS = `name, paused_by, reason, ${milliseconds('paused_at')} AS since_ms,
       ${milliseconds('paused_until')} AS until_ms, (paused_until > clock_timestamp())::text AS holds`;

/** The pauses of these tasks and of all tasks, also those that are over; every pause without names. Takes no lock. */
export function pausesStatement({ control }: TableNames): string {
  return `
SELECT ${COLUMNS} FROM ${control}
WHERE $1::text[] IS NULL OR name = ANY ($1) OR name = '${ALL_TASKS}'`;
}

/**
 * Pauses a task, or all of them.
 *
 * Why it is safe:
 * - Claims read the row and never lock it, so no claim waits for it. It waits only for another operator.
 * - A pause without an end is 'infinity': a claim compares it with its clock, and nothing subtracts from it.
 * - The pause that it replaces is read in the snapshot of the statement. One that another operator makes meanwhile is
 *   replaced, too, and is only among the actions.
 *
 * Answers the new pause, and then the one that it replaces.
 */
export function pauseStatement({ control, action }: TableNames): string {
  return `
WITH replaced AS (
  SELECT * FROM ${control} WHERE name = $1 AND paused_until > clock_timestamp()
), paused AS (
  INSERT INTO ${control} (name, paused_at, paused_until, paused_by, reason)
  VALUES ($1, clock_timestamp(), COALESCE($2::timestamptz, 'infinity'), $3, $4)
  ON CONFLICT (name) DO UPDATE SET
    paused_at = excluded.paused_at,
    paused_until = excluded.paused_until,
    paused_by = excluded.paused_by,
    reason = excluded.reason,
    resumed_at = NULL
  RETURNING *
), noted AS (
  INSERT INTO ${action} (name, action, by, reason, at, until, answer)
  SELECT name, 'pause', paused_by, reason, clock_timestamp(), paused_until, 'paused' FROM paused
)
SELECT ${COLUMNS}, ${DURABLY}
FROM (SELECT 1 AS nth, * FROM paused UNION ALL SELECT 2, * FROM replaced) AS pause_row ORDER BY nth`;
}

export interface ResumedRow {
  resumed: string;
}

/**
 * Ends a pause now. Claims read the row and never lock it. Sent again, it finds nothing to resume: that is an action,
 * too, and says so.
 */
export function resumeStatement({ control, action }: TableNames): string {
  return `
WITH resumed AS (
  UPDATE ${control} SET paused_until = clock_timestamp(), resumed_at = clock_timestamp()
  WHERE name = $1 AND paused_until > clock_timestamp()
  RETURNING name
), noted AS (
  INSERT INTO ${action} (name, action, by, reason, at, answer)
  SELECT $1, 'resume', $2, $3, clock_timestamp(),
         CASE WHEN EXISTS (SELECT FROM resumed) THEN 'resumed' ELSE 'not paused' END
)
SELECT count(*)::text AS resumed, ${DURABLY} FROM resumed`;
}

export function pauseOf(row: ControlRow): Pause {
  return {
    name: row.name,
    by: row.paused_by,
    reason: row.reason ?? undefined,
    since: givenInstant(row.since_ms),
    until: instantOf(row.until_ms),
  };
}

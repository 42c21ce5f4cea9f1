import { ALL_TASKS } from '../operator-store.js';
import type { ActionKind, RecordedAction } from '../operator-store.js';
import { givenInstant, instantOf, milliseconds } from './instants.js';

export interface ActionRow {
  id: string;
  name: string;
  key: string | null;
  action: ActionKind;
  by: string;
  reason: string | null;
  at_ms: string;
  until_ms: string | null;
  expires_ms: string | null;
  fence: string | null;
  taken_by: string | null;
  answer: string | null;
  error: string | null;
  answered_ms: string | null;
}

/** A trigger that no replica took in time has expired, though nobody has written that down. */
const COLUMNS = `id::text AS id, name, key, action, by, reason, fence::text AS fence, taken_by, error,
       CASE WHEN answer IS NULL AND taken_at IS NULL AND expires_at <= clock_timestamp() THEN 'expired' ELSE answer END AS answer,
       ${milliseconds('at')} AS at_ms, ${milliseconds('until')} AS until_ms, ${milliseconds('expires_at')} AS expires_ms,
       ${milliseconds('answered_at')} AS answered_ms`;

/**
 * The newest actions, all of them or those on one task and on all tasks, which are listed as `*`. Takes no lock. The order names the
 * table: a bare `id` would be the text that is selected, and 9 newer than 10.
 */
export function actionsStatement(table: string): string {
  return `
SELECT ${COLUMNS} FROM ${table} AS action_row
WHERE ($1::text IS NULL OR name IN ($1, '${ALL_TASKS}')) AND ($3::bigint IS NULL OR id < $3)
ORDER BY action_row.id DESC LIMIT $2`;
}

/** One action by its id. Takes no lock. */
export function actionStatement(table: string): string {
  return `
SELECT ${COLUMNS} FROM ${table} WHERE id = $1::bigint`;
}

export function recordedAction(row: ActionRow): RecordedAction {
  return {
    id: row.id,
    name: row.name,
    key: row.key ?? undefined,
    action: row.action,
    by: row.by,
    reason: row.reason ?? undefined,
    at: givenInstant(row.at_ms),
    until: instantOf(row.until_ms),
    expiresAt: instantOf(row.expires_ms),
    fence: row.fence === null ? undefined : BigInt(row.fence),
    takenBy: row.taken_by ?? undefined,
    answer: row.answer ?? undefined,
    error: row.error ?? undefined,
    answeredAt: instantOf(row.answered_ms),
  };
}

import { DURABLY, milliseconds } from './instants.js';

/** How many triggers one replica takes at once; the others are for the next one. */
const TAKEN_AT_ONCE = 10;

export interface AddedTriggerRow {
  id: string;
  expires_ms: string;
}

/** Adds a trigger, taken already where it runs in this replica. A plain insert conflicts with nothing. */
export function addTriggerStatement(table: string): string {
  return `
INSERT INTO ${table} (name, key, action, by, reason, args, even_if_paused, at, expires_at, taken_at, taken_by)
SELECT $1, $2, 'trigger', $3, $4, $5::json, $6::boolean, at, at + $7::float8 * interval '1 millisecond',
       CASE WHEN $8::text IS NOT NULL THEN at END, $8
FROM clock_timestamp() AS reading(at)
RETURNING id::text AS id, ${milliseconds('expires_at')} AS expires_ms, ${DURABLY}`;
}

export interface TakenRow {
  id: string;
  name: string;
  key: string | null;
  args: string | null;
  by: string;
  even_if_paused: 'true' | 'false';
}

/**
 * Takes open triggers of these tasks, the oldest first.
 *
 * Why it is safe:
 * - SKIP LOCKED: of 200 replicas that look at once, each trigger is taken by one, and nobody waits. Postgres checks the
 *   conditions again on a row that another replica has just taken.
 * - An index has the open ones only, so that a look without any reads nothing and writes nothing.
 * - One that was taken is never taken again, also where the answer is lost: a second run would be one too many. It
 *   expires where its run has not begun in time.
 * - It commits synchronously, or a crash of the database would let a second replica take what one is running.
 */
export function takeTriggersStatement(table: string): string {
  return `
WITH open AS (
  SELECT id, name FROM ${table}
  WHERE taken_at IS NULL AND expires_at > clock_timestamp() AND name = ANY ($1::text[])
  ORDER BY id LIMIT ${TAKEN_AT_ONCE}
  FOR NO KEY UPDATE SKIP LOCKED
), taken AS (
  UPDATE ${table} AS action
  SET taken_at = clock_timestamp(), taken_by = $2,
      expires_at = clock_timestamp() + asked.starts_within * interval '1 millisecond'
  FROM open JOIN unnest($1::text[], $3::float8[]) AS asked(name, starts_within) ON asked.name = open.name
  WHERE action.id = open.id
  RETURNING action.id, action.name, action.key, action.args, action.by, action.even_if_paused, ${DURABLY}
)
SELECT id::text AS id, name, key, args::text AS args, by, even_if_paused::text AS even_if_paused FROM taken ORDER BY taken.id`;
}

/** Writes down which run a trigger has begun, and the key that its arguments have. Sent again, it writes the same. */
export function startTriggerStatement(table: string): string {
  return `
UPDATE ${table} SET fence = $2::bigint, key = COALESCE($3, key)
WHERE id = $1::bigint AND action = 'trigger' AND answered_at IS NULL`;
}

/** Writes down what came of a trigger. The first answer stays, so that a repeated one changes nothing. */
export function answerTriggerStatement(table: string): string {
  return `
UPDATE ${table} SET answer = $2, fence = COALESCE($3::bigint, fence), error = $4, answered_at = clock_timestamp()
WHERE id = $1::bigint AND action = 'trigger' AND answered_at IS NULL`;
}

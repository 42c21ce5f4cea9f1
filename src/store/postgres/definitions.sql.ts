import { ALL_TASKS } from '../operator-store.js';
import type { Definition } from '../operator-store.js';
import { IN_USE } from './declare.sql.js';
import { givenInstant, milliseconds } from './instants.js';

/**
 * CTEs that end in `current`: the tasks that each application has by its newest declaration. One that no replica has
 * declared for two days counts only where the application has no other.
 *
 * Applications without a name share the empty one. Two of their declarations without a common task are those of two
 * applications, and neither replaces the other.
 */
export function currentTasks(table: string): string {
  return `latest AS MATERIALIZED (
  SELECT application, names, first_declared, last_declared >= clock_timestamp() - ${IN_USE} AS in_use
  FROM ${table} WHERE name = '${ALL_TASKS}'
), standing AS MATERIALIZED (
  SELECT application, names, first_declared FROM latest
  WHERE in_use OR NOT EXISTS (SELECT FROM latest AS other WHERE other.application = latest.application AND other.in_use)
), current AS MATERIALIZED (
  SELECT application, unnest(names) AS name FROM standing
  WHERE NOT EXISTS (
    SELECT FROM standing AS newer
    WHERE newer.application = standing.application AND newer.first_declared > standing.first_declared
      AND (newer.application <> '' OR newer.names && standing.names)
  )
)`;
}

export interface StrangerRow {
  stranger: string;
}

/** A declaration in use, of an application without a name, that shares no task with these. Takes no lock. */
export function strangerStatement(table: string): string {
  return `
SELECT names[1] AS stranger
FROM ${table}
WHERE application = '' AND name = '${ALL_TASKS}' AND last_declared >= clock_timestamp() - ${IN_USE}
  AND NOT names && $1::text[] AND cardinality(names) > 0
ORDER BY first_declared DESC LIMIT 1`;
}

export interface DefinitionRow {
  application: string;
  name: string;
  member: string | null;
  schedule: string | null;
  time_zone: string | null;
  interval_ms: string | null;
  min_hold_ms: string | null;
  max_hold_ms: string | null;
  lease_ms: string | null;
  is_scheduled: 'true' | 'false';
  is_conditional: 'true' | 'false';
  is_disabled: 'true' | 'false';
  is_keyed: 'true' | 'false';
  is_polled: 'true' | 'false';
  first_ms: string;
  last_ms: string;
  declared_by: string;
  version: string;
  is_declared: 'true' | 'false';
}

const COLUMNS = `task.application, task.name, task.member, task.schedule, task.time_zone, task.interval_ms::text,
       task.min_hold_ms::text, task.max_hold_ms::text, task.lease_ms::text, task.is_scheduled::text,
       task.is_conditional::text, task.is_disabled::text, task.is_keyed::text, task.is_polled::text, task.declared_by, task.version,
       ${milliseconds('task.first_declared')} AS first_ms, ${milliseconds('task.last_declared')} AS last_ms,
       ((task.application, task.name) IN (SELECT application, name FROM current))::text AS is_declared`;

/**
 * The current definition of each task, or of these: of those in use the one that was declared first most recently, and
 * the newest of all where none is in use. Takes no lock.
 */
export function definitionsStatement(table: string): string {
  return `
WITH ${currentTasks(table)}
SELECT DISTINCT ON (task.name) ${COLUMNS}
FROM ${table} AS task
WHERE task.name <> '${ALL_TASKS}' AND ($1::text[] IS NULL OR task.name = ANY ($1))
ORDER BY task.name, (task.application, task.name) IN (SELECT application, name FROM current) DESC,
         task.last_declared >= clock_timestamp() - ${IN_USE} DESC, task.first_declared DESC`;
}

/** All definitions of one task, the newest last. Takes no lock. */
export function allDefinitionsStatement(table: string): string {
  return `
WITH ${currentTasks(table)}
SELECT ${COLUMNS}
FROM ${table} AS task
WHERE task.name = $1
ORDER BY task.first_declared`;
}

export function definition(row: DefinitionRow): Definition {
  return {
    application: row.application === '' ? undefined : row.application,
    name: row.name,
    member: row.member ?? undefined,
    schedule: row.schedule ?? undefined,
    timeZone: row.time_zone ?? undefined,
    interval: row.interval_ms === null ? undefined : Number(row.interval_ms),
    minHold: Number(row.min_hold_ms),
    maxHold: Number(row.max_hold_ms),
    lease: Number(row.lease_ms),
    isScheduled: row.is_scheduled === 'true',
    isConditional: row.is_conditional === 'true',
    isDisabled: row.is_disabled === 'true',
    isKeyed: row.is_keyed === 'true',
    isPolled: row.is_polled === 'true',
    firstDeclared: givenInstant(row.first_ms),
    lastDeclared: givenInstant(row.last_ms),
    declaredBy: row.declared_by,
    version: row.version,
    isDeclared: row.is_declared === 'true',
  };
}

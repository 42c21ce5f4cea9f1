import { ALL_TASKS, DEPLOYED_WITHIN, IN_USE } from '../operator-store.js';
import type { Definition } from '../operator-store.js';
import { givenInstant, interval, milliseconds } from './instants.js';

/** Each definition that a declaration lists: `names` has pairs of a task's name and the digest of its definition. */
export const DIGESTS = `names[:][2:2]`;
export const NAMES = `names[:][1:1]`;

/**
 * Whether two declarations are those of one application. Applications without a name share the empty one, and are told
 * apart by the family that declareStatement gives them.
 */
const areOfOne = (one: string, other: string): string =>
  `${one}.application = ${other}.application AND ${one}.family = ${other}.family`;

/**
 * CTEs that end in `standing`: the declarations that have not lapsed, because none of the same application has had a
 * heartbeat for longer than theirs. The clock does not count: an outage or a night without replicas changes nothing. It
 * only bounds what a clock that was ahead has written.
 */
export function standingDeclarations(table: string): string {
  return `declaration AS MATERIALIZED (
  SELECT application, member AS family, names, first_declared, LEAST(last_declared, clock_timestamp()) AS last_declared,
         declared_by, version
  FROM ${table} WHERE name = '${ALL_TASKS}'
), standing AS MATERIALIZED (
  SELECT * FROM declaration AS each
  WHERE NOT EXISTS (
    SELECT FROM declaration AS later
    WHERE later.last_declared > each.last_declared + ${interval(IN_USE)} AND ${areOfOne('later', 'each')}
  )
)`;
}

/**
 * CTEs for what is declared. `current`: the definitions that the newest of the standing declarations list, and those that
 * live beside it for good. Old and new code of a rolling deployment both stand, and the new one wins. `seen`: each definition as each declaration that lists
 * it was declared, and as it was added itself.
 */
function declaredDefinitions(table: string): string {
  return `${standingDeclarations(table)}, current AS MATERIALIZED (
  SELECT application, digest, max(first_declared) AS since
  FROM standing AS each, unnest(${DIGESTS}) AS digest
  WHERE NOT EXISTS (
    SELECT FROM standing AS newer
    WHERE newer.first_declared > each.first_declared AND ${areOfOne('newer', 'each')}
      AND each.last_declared < newer.first_declared + ${interval(DEPLOYED_WITHIN)}
  )
  GROUP BY application, digest
), seen AS (
  SELECT application, unnest(${DIGESTS}) AS digest, first_declared, last_declared, declared_by, version FROM declaration
  UNION ALL
  SELECT application, digest, first_declared, last_declared, declared_by, version FROM ${table} WHERE name <> '${ALL_TASKS}'
)`;
}

export interface StrangerRow {
  stranger: string;
}

/** A declaration with a late heartbeat, of an application without a name, that shares no task with these. Takes no lock. */
export function strangerStatement(table: string): string {
  return `
SELECT names[1][1] AS stranger
FROM ${table}
WHERE application = '' AND name = '${ALL_TASKS}' AND last_declared >= clock_timestamp() - ${interval(IN_USE)}
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

const WITH_CURRENT = `LEFT JOIN current ON current.application = task.application AND current.digest = task.digest`;

const columns = (
  firstDeclared: string,
  since: string,
): string => `task.application, task.name, task.member, task.schedule, task.time_zone,
       task.interval_ms::text, task.min_hold_ms::text, task.max_hold_ms::text, task.lease_ms::text, task.is_scheduled::text,
       task.is_conditional::text, task.is_disabled::text, task.is_keyed::text, task.is_polled::text,
       ${milliseconds(firstDeclared)} AS first_ms, ${milliseconds('seen.last_declared')} AS last_ms,
       seen.declared_by, seen.version, (${since} IS NOT NULL)::text AS is_declared`;

/**
 * The current definition of each task, or of these: that of the newest declaration that lists it, and the one that was
 * declared last where no current one has the task. Takes no lock. What is current is sorted in with what was seen: a join
 * of the two, which Postgres takes for small, would compare each definition with each.
 */
export function definitionsStatement(table: string): string {
  return `
WITH ${declaredDefinitions(table)}, latest AS (
  SELECT DISTINCT ON (application, digest) each.*, max(each.since) OVER (PARTITION BY application, digest) AS current_since
  FROM ${table} AS task JOIN (
    SELECT application, digest, last_declared, declared_by, version, NULL::timestamptz AS since FROM seen
    UNION ALL
    SELECT application, digest, '-infinity', NULL, NULL, since FROM current
  ) AS each USING (application, digest)
  WHERE task.name <> '${ALL_TASKS}' AND ($1::text[] IS NULL OR task.name = ANY ($1))
  ORDER BY application, digest, each.last_declared DESC
)
SELECT DISTINCT ON (task.name) ${columns('task.first_declared', 'seen.current_since')}
FROM ${table} AS task JOIN latest AS seen ON seen.application = task.application AND seen.digest = task.digest
ORDER BY task.name, seen.current_since DESC NULLS LAST, seen.last_declared DESC, task.first_declared DESC`;
}

/** The definitions of one task, once for each declaration that lists them, the newest last. Takes no lock. */
export function allDefinitionsStatement(table: string): string {
  return `
WITH ${declaredDefinitions(table)}
SELECT ${columns('seen.first_declared', 'current.since')}
FROM ${table} AS task JOIN seen ON seen.application = task.application AND seen.digest = task.digest
${WITH_CURRENT}
WHERE task.name = $1
ORDER BY seen.first_declared`;
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

import type { TableKind, TablePlace } from './table-name.js';

/** Which columns the statements on a table use, separated by commas, by the privilege that they need. */
export interface NeededAccess {
  SELECT: string;
  INSERT?: string;
  UPDATE?: string;
  /** A privilege on the whole table. */
  DELETE?: 'whole table';
}

/** Without DELETE: the purge of keys alone needs it, and loses no run where it fails. */
export const LOCK_TABLE_ACCESS: NeededAccess = {
  SELECT: 'name, locked_until, started_at, finished_at, last_tick, fence, token, locked_by, outcome, error',
  INSERT: 'name, finished_at',
  UPDATE: 'locked_until, started_at, finished_at, last_tick, fence, token, locked_by, outcome, error',
};

export const REQUEST_TABLE_ACCESS: NeededAccess = {
  SELECT: 'id, name, task, key, args, requested_at, due_at, latest_at, attempts, token, parked_at, error',
  INSERT: 'name, task, key, args, requested_at, due_at, latest_at',
  UPDATE: 'due_at, latest_at, attempts, token, parked_at, error',
  DELETE: 'whole table',
};

/** What claims, renewals and releases need of the tables beside the locks. */
export const PAUSE_TABLE_ACCESS: NeededAccess = { SELECT: 'name, paused_until, resumed_at' };
export const CANCEL_TABLE_ACCESS: NeededAccess = { SELECT: 'name, fence, by, reason' };
export const RUN_TABLE_ACCESS: NeededAccess = {
  SELECT: 'name, fence, outcome',
  INSERT:
    'name, fence, task, key, tick, previous_tick, next_due, trigger, replica, started_at, finished_at, outcome, error, lateness_ms',
  UPDATE: 'tick, previous_tick, next_due, trigger, finished_at, outcome, error, lateness_ms',
};

/** How the role of this connection may use a table; names are quoted where they must be. */
export interface AccessRow {
  table_name: string;
  schema_name: string;
  role_name: string;
  may_use_schema: 'true' | 'false';
  /** Privileges, separated by commas. */
  missing: string | null;
  has_row_security: 'true' | 'false';
  read_only: 'standby' | 'setting' | null;
}

/**
 * Asks what the role of this connection may not do with a table. Reads catalogs only, so it takes no lock and needs no
 * privilege. Answers no row where there is no such table.
 *
 * Without USAGE on its schema, a qualified name fails with 42501. An unqualified one fails with 42P01, as if the table
 * were missing: Postgres leaves such schemas out of the search path, and so the path is read here as it was set.
 */
export const ACCESS_STATEMENT = `
WITH found AS (
  SELECT rel.oid AS id, nsp.nspname, rel.relname, has_schema_privilege(nsp.oid, 'USAGE') AS may_use_schema
  FROM pg_catalog.pg_class AS rel
  JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = rel.relnamespace
  LEFT JOIN (
    SELECT nth, CASE WHEN coalesce(part[1], part[2]) = '$user' THEN current_user
                     ELSE coalesce(replace(part[1], '""', '"'), lower(part[2])) END AS entry
    FROM regexp_matches(current_setting('search_path'), '"((?:[^"]|"")*)"|([^,"[:space:]]+)', 'g')
      WITH ORDINALITY AS listed(part, nth)
  ) AS path ON path.entry = nsp.nspname
  WHERE rel.relname = $2 AND rel.relkind IN ('r', 'p', 'v', 'f')
    AND CASE WHEN $1::text IS NULL THEN path.nth IS NOT NULL ELSE nsp.nspname = $1 END
  ORDER BY may_use_schema DESC, path.nth
  LIMIT 1
), needed AS (
  SELECT privilege, nth, column_name
  FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS asked(privilege, column_name, nth)
)
SELECT format('%I.%I', nspname, relname) AS table_name, quote_ident(nspname) AS schema_name,
       quote_ident(current_user) AS role_name, may_use_schema::text,
       (SELECT string_agg(privilege, ', ' ORDER BY first)
        FROM (
          SELECT privilege, min(needed.nth) AS first
          FROM needed
          LEFT JOIN pg_catalog.pg_attribute AS attr ON attr.attrelid = found.id AND attr.attname = needed.column_name
          WHERE NOT CASE WHEN needed.column_name IS NULL THEN has_table_privilege(found.id, privilege)
                         ELSE has_column_privilege(found.id, attr.attnum, privilege) END
          GROUP BY privilege
        ) AS denied) AS missing,
       row_security_active(found.id)::text AS has_row_security,
       CASE WHEN pg_is_in_recovery() THEN 'standby'
            WHEN current_setting('transaction_read_only') = 'on' THEN 'setting' END AS read_only
FROM found`;

/** The parameters of {@link ACCESS_STATEMENT}: a privilege and a column each, or none for the whole table. */
export function accessValues(
  { table, schema }: TablePlace,
  needed: NeededAccess | readonly string[],
): unknown[] {
  if (isWhole(needed)) return [schema ?? null, table, needed, needed.map(() => null)];
  const { SELECT, INSERT, UPDATE, DELETE } = needed;
  const pairs = Object.entries({ SELECT, INSERT, UPDATE })
    .flatMap(([privilege, columns = '']) =>
      columns.split(', ').map((column): [string, string | null] => [privilege, column]),
    )
    .filter(([, column]) => column !== '');
  if (DELETE) pairs.push(['DELETE', null]);
  const [privileges, columns] = [pairs.map(([privilege]) => privilege), pairs.map(([, column]) => column)];
  return [schema ?? null, table, privileges, columns];
}

function isWhole(needed: NeededAccess | readonly string[]): needed is readonly string[] {
  return Array.isArray(needed);
}

/** Something that keeps the role from using a table, and the statements that mend it. */
export interface AccessProblem {
  problem: string;
  mend: readonly string[];
  /** What else can be done, or must be. */
  advice?: string;
}

/** What keeps the role from using the table; nothing where it may. */
export function accessProblems(row: AccessRow, what: TableKind): AccessProblem[] {
  const { table_name: table, schema_name: schema, role_name: role, missing, read_only: readOnly } = row;
  const lacks: string[] = [];
  const grants: string[] = [];
  if (row.may_use_schema === 'false') {
    lacks.push(`USAGE on the schema ${schema}`);
    grants.push(`GRANT USAGE ON SCHEMA ${schema} TO ${role}`);
  }
  if (missing !== null) {
    lacks.push(`${missing} on the ${what} ${table}`);
    grants.push(`GRANT ${missing} ON ${table} TO ${role}`);
  }
  const problems: AccessProblem[] = [];
  if (lacks.length > 0)
    problems.push({ problem: `the role ${role} lacks ${lacks.join(', and ')}`, mend: grants });
  if (readOnly === 'standby')
    problems.push({
      problem: `the database is a standby, and nothing can be written to the ${what} ${table} there`,
      mend: [],
      advice: 'give the data source the address of the primary',
    });
  if (readOnly === 'setting')
    problems.push({
      problem: `transactions of the role ${role} are read-only by default, and a claim writes to the ${what} ${table}`,
      mend: [`ALTER ROLE ${role} SET default_transaction_read_only = off`],
      advice: 'or change the setting where it is made',
    });
  return problems;
}

/** What keeps the role from using the table, and the statements that mend it; nothing where it may. */
export function accessProblem(row: AccessRow, what: TableKind): string | undefined {
  const problems = accessProblems(row, what).map(({ problem, mend, advice }) => {
    const run = mend.length > 0 ? [`run \`${mend.join('; ')}\``] : [];
    return `${problem}: ${[...run, ...(advice === undefined ? [] : [advice])].join(', ')}`;
  });
  return problems.length > 0 ? problems.join('; ') : undefined;
}

/** What to say where row-level security is active, and a statement did not have its effect. */
export function rowSecurityProblem(
  { table_name: table, role_name: role }: AccessRow,
  what: TableKind,
): string {
  return (
    `row-level security keeps the role ${role} from reading or writing rows of the ${what} ${table}: run ` +
    `\`CREATE POLICY task_lock ON ${table} TO ${role} USING (true)\` and leave the table out of RESTRICTIVE policies, or ` +
    `\`ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY\``
  );
}

export interface ReachRow {
  unreached: string;
}

/**
 * Answers how many of these rows the role can neither see nor change. Sent only where row-level security is active, whose
 * policies decide for each row.
 *
 * Why it is safe beside claims and other replicas: FOR KEY SHARE asks the policies for updates, too, and no claim,
 * renewal or release makes it wait. The update changes nothing, but meets the policies' checks; a locked row is skipped,
 * and a claim of a row that it has locked is answered `busy` once.
 */
export function reachStatement(table: string): string {
  return `
WITH reached AS (
  SELECT name FROM ${table} WHERE name = ANY ($1::text[]) ORDER BY name FOR KEY SHARE
), free AS (
  SELECT name FROM ${table} WHERE name = ANY ($1::text[]) ORDER BY name FOR NO KEY UPDATE SKIP LOCKED
), changed AS (
  UPDATE ${table} AS lock SET error = lock.error FROM free WHERE lock.name = free.name
)
SELECT count(*)::text AS unreached FROM unnest($1::text[]) AS asked(name)
WHERE name NOT IN (SELECT name FROM reached)`;
}

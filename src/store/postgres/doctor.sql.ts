/** The statements of a check-up. They read catalogs and views of the server only, so no claim waits for them. */

export interface TableRow {
  is_there: 'true' | 'false';
  /** Columns that are missing, separated by commas. */
  missing: string | null;
}

/** Which of these tables are missing, or lack columns: one row a table, in their order. */
export const TABLES_STATEMENT = `
SELECT (to_regclass(asked.place) IS NOT NULL)::text AS is_there,
       (SELECT string_agg(wanted, ', ')
        FROM regexp_split_to_table(asked.columns, ', ') AS wanted
        WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS attr
                          WHERE attr.attrelid = to_regclass(asked.place) AND attr.attname = wanted
                            AND attr.attnum > 0 AND NOT attr.attisdropped)) AS missing
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked(place, columns, nth)
ORDER BY nth`;

export interface IndexRow {
  index_name: string;
  table_name: string;
  constraint_name: string | null;
  columns: string;
}

/**
 * Indexes on columns that claims write: with one, no claim is a heap-only update any more, and each writes twice as much
 * WAL. pg_depend knows the columns of expressions and conditions, too.
 */
export const INDEXES_STATEMENT = `
SELECT format('%I.%I', nsp.nspname, index_rel.relname) AS index_name,
       format('%I.%I', nsp.nspname, table_rel.relname) AS table_name,
       quote_ident(con.conname) AS constraint_name,
       string_agg(attr.attname, ', ' ORDER BY attr.attnum) AS columns
FROM pg_catalog.pg_index AS idx
JOIN pg_catalog.pg_class AS index_rel ON index_rel.oid = idx.indexrelid
JOIN pg_catalog.pg_class AS table_rel ON table_rel.oid = idx.indrelid
JOIN pg_catalog.pg_namespace AS nsp ON nsp.oid = table_rel.relnamespace
JOIN pg_catalog.pg_attribute AS attr ON attr.attrelid = idx.indrelid AND attr.attname = ANY ($2::text[])
LEFT JOIN pg_catalog.pg_constraint AS con ON con.conindid = idx.indexrelid AND con.conrelid = idx.indrelid
WHERE idx.indrelid = to_regclass($1)
  AND (attr.attnum = ANY (idx.indkey::int2[])
       OR EXISTS (SELECT FROM pg_catalog.pg_depend AS dep
                  WHERE dep.classid = 'pg_class'::regclass AND dep.objid = idx.indexrelid
                    AND dep.refclassid = 'pg_class'::regclass AND dep.refobjid = idx.indrelid
                    AND dep.refobjsubid = attr.attnum))
GROUP BY nsp.nspname, index_rel.relname, table_rel.relname, con.conname
ORDER BY 1`;

export interface IsolationRow {
  isolation: string;
  role_name: string;
  database_name: string;
}

export const ISOLATION_STATEMENT = `
SELECT current_setting('default_transaction_isolation') AS isolation,
       quote_ident(current_user) AS role_name, quote_ident(current_database()) AS database_name`;

export interface TransactionRow {
  pid: string;
  role_name: string | null;
  application: string | null;
  state: string | null;
  age_ms: string | null;
  /** True: the role may not see what this session does. */
  is_hidden: 'true' | 'false';
}

/** Sessions of this database whose transaction is older than $1 milliseconds, and those that this role may not see. */
export const TRANSACTIONS_STATEMENT = `
SELECT pid::text, usename AS role_name, application_name AS application, state,
       round(extract(epoch FROM clock_timestamp() - xact_start) * 1000)::text AS age_ms,
       (query = '<insufficient privilege>')::text AS is_hidden
FROM pg_catalog.pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND (query = '<insufficient privilege>'
       OR backend_type = 'client backend' AND xact_start < clock_timestamp() - $1::float8 * interval '1 millisecond')
ORDER BY xact_start NULLS LAST
LIMIT 100`;

export interface PreparedRow {
  gid: string;
  owner: string;
  age_ms: string;
}

/** Transactions that were prepared for a commit in two phases, and wait for it: no end of a session ends them. */
export const PREPARED_STATEMENT = `
SELECT quote_literal(gid) AS gid, owner,
       round(extract(epoch FROM clock_timestamp() - prepared) * 1000)::text AS age_ms
FROM pg_catalog.pg_prepared_xacts
WHERE database = current_database() AND prepared < clock_timestamp() - $1::float8 * interval '1 millisecond'
ORDER BY prepared
LIMIT 20`;

export const CLOCK_STATEMENT = `SELECT round(extract(epoch FROM clock_timestamp()) * 1000)::text AS now`;

/** The process of the server that runs this statement. */
export const BACKEND_STATEMENT = `SELECT pg_backend_pid()::text AS pid`;

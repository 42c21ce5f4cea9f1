import { createHash } from 'node:crypto';

/** A statement with one named array parameter a column, in the order in which the columns are declared. */
export interface Statement<Column extends string> {
  name: string;
  text: string;
  columns: readonly Column[];
}

/** What a session is asked to run: a text, and where it is worth preparing the name under which it is known. */
export interface Query {
  text: string;
  values?: unknown[];
  name?: string;
}

/** A statement with its parameters. */
export function queryOf<Column extends string>(
  statement: Statement<Column>,
  rows: readonly Record<Column, string | number | boolean | null>[],
): Query {
  return { name: statement.name, text: statement.text, values: columnsOf(statement, rows) };
}

/** Builds the parameters of a statement: one array a column, one element a request. */
export function columnsOf<Column extends string>(
  statement: Statement<Column>,
  rows: readonly Record<Column, string | number | boolean | null>[],
): unknown[][] {
  return statement.columns.map((column) => rows.map((row) => row[column]));
}

/**
 * The same statement under a name that says its text: behind a pooler a name may reach a connection on which another
 * version of this package has prepared another text.
 */
export function withDigest<Column extends string>(statement: Statement<Column>): Statement<Column> {
  const digest = createHash('sha256').update(statement.text).digest('hex').slice(0, 16);
  return { ...statement, name: `${statement.name}-${digest}` };
}

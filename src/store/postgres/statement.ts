import { createHash } from 'node:crypto';

type PostgresType = 'text' | 'uuid' | 'timestamptz' | 'float8' | 'boolean';

/** What is asked, one row a request, as the relation `asked` of the statement: its columns and their types. */
export type Columns<Column extends string> = Record<Column, PostgresType>;

/** A text, and the name under which it is prepared. */
export interface PreparedText {
  name: string;
  text: string;
}

/** A statement that takes requests as rows. */
export interface Statement<Column extends string> {
  columns: readonly Column[];
  /** For one request, which is planned and run without a join with a set: nearly all are alone. */
  one: PreparedText;
  /** For any number, with one array parameter a column. */
  many: PreparedText;
}

/** What a session is asked to run: a text, and where it is worth preparing the name under which it is known. */
export interface Query {
  text: string;
  values?: unknown[];
  name?: string;
}

/**
 * The two texts of a statement. `text` is given the `asked` of its WITH list, so that the rules stand in one text
 * for both.
 */
export function statementOf<Column extends string>(
  name: string,
  columns: Columns<Column>,
  text: (asked: string) => string,
): Statement<Column> {
  const names = Object.keys(columns) as Column[];
  const parameters = (suffix: string): string =>
    names.map((column, index) => `$${index + 1}::${columns[column]}${suffix}`).join(', ');
  const asked = (source: string): string => `asked(${names.join(', ')}) AS NOT MATERIALIZED (${source})`;
  return {
    columns: names,
    one: withDigest(`${name}-one`, text(asked(`VALUES (${parameters('')})`))),
    many: withDigest(`${name}-many`, text(asked(`SELECT * FROM unnest(${parameters('[]')})`))),
  };
}

/** A statement with its parameters. */
export function queryOf<Column extends string>(
  { columns, one, many }: Statement<Column>,
  rows: readonly Record<Column, string | number | boolean | null>[],
): Query {
  const [row] = rows;
  const { name, text } = rows.length === 1 ? one : many;
  const values = columns.map((column) =>
    row && rows.length === 1 ? row[column] : rows.map((each) => each[column]),
  );
  return { name, text, values };
}

/**
 * Under a name that says the text: behind a pooler a name may reach a connection on which another version of this
 * package has prepared another text.
 */
function withDigest(name: string, text: string): PreparedText {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return { name: `${name}-${digest}`, text };
}

import { createHash } from 'node:crypto';

type PostgresType = 'text' | 'uuid' | 'timestamptz' | 'float8' | 'bigint' | 'boolean';
type Value = string | number | boolean | null;

/** The columns of `asked` with their types. */
export type Columns<Column extends string> = Readonly<Record<Column, PostgresType>>;

/** A text, and the name under which a connection prepares it. */
export interface PreparedText {
  name: string;
  text: string;
}

/** A statement that reads its requests from a relation called `asked`, one row a request. */
export interface Statement<Request> {
  /** The columns of `asked` for one request, in the order of the parameters. */
  valuesOf: (request: Request) => Value[];
  /** For one request: it is planned without a join with a set, and nearly every request is alone. */
  one: PreparedText;
  /** For several requests: one array parameter a column. */
  many: PreparedText;
}

/** When a statement without an answer may be given up early, and whether it is. */
export interface Doubt {
  /** Milliseconds. */
  after: number;
  isHopeless: () => Promise<boolean>;
}

/** What the statement runner sends. Only a query with a name is prepared. */
export interface Query {
  text: string;
  values?: unknown[];
  name?: string;
  /** Asked where there is no answer after some time: whether to give it up before its time is over, on the server too. */
  doubt?: Doubt;
}

/**
 * Joins `asked` with what a statement has changed of it. A set of requests is taken for ten rows, for which a nested loop
 * looks cheap: of a thousand it compares a million names. A full join is always hashed, and answers the same.
 */
type JoinChanged = 'LEFT JOIN' | 'FULL JOIN';

/** Makes both texts of a statement. `text` is given the `asked` of its WITH list, so that its rules are written once. */
export function statementOf<Request, Column extends string>(
  name: string,
  columns: Columns<Column>,
  rowOf: (request: Request) => Record<Column, Value>,
  text: (asked: string, joinChanged: JoinChanged) => string,
): Statement<Request> {
  const names = Object.keys(columns) as Column[];
  const parameters = (suffix: string): string =>
    names.map((column, index) => `$${index + 1}::${columns[column]}${suffix}`).join(', ');
  const asked = (source: string): string => `asked(${names.join(', ')}) AS NOT MATERIALIZED (${source})`;
  return {
    valuesOf: (request) => {
      const row = rowOf(request);
      const values: Value[] = [];
      for (const column of names) values.push(row[column]);
      return values;
    },
    one: prepared(`${name}-one`, text(asked(`VALUES (${parameters('')})`), 'LEFT JOIN')),
    many: prepared(`${name}-many`, text(asked(`SELECT * FROM unnest(${parameters('[]')})`), 'FULL JOIN')),
  };
}

/** The statement with these requests as its parameters. */
export function queryOf<Request>(
  { valuesOf, one, many }: Statement<Request>,
  requests: readonly Request[],
): Query {
  const rows = requests.map(valuesOf);
  const [row = []] = rows;
  if (rows.length === 1) return { name: one.name, text: one.text, values: row };
  return { name: many.name, text: many.text, values: row.map((_, index) => rows.map((each) => each[index])) };
}

/** The name contains a digest: behind a pooler another version of this package may have prepared another text. */
export function prepared(name: string, text: string): PreparedText {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return { name: `${name}-${digest}`, text };
}

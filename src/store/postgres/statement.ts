import { createHash } from 'node:crypto';

type PostgresType = 'text' | 'uuid' | 'timestamptz' | 'float8' | 'boolean';
type Value = string | number | boolean | null;

/** The columns of `asked`: each one's type, and its value for one request. */
export type Columns<Request> = Readonly<Record<string, readonly [PostgresType, (request: Request) => Value]>>;

/** A text, and the name under which a connection prepares it. */
interface PreparedText {
  name: string;
  text: string;
}

/** A statement that reads its requests from a relation called `asked`, one row a request. */
export interface Statement<Request> {
  columns: Columns<Request>;
  /** For one request: it is planned without a join with a set, and nearly every request is alone. */
  one: PreparedText;
  /** For several requests: one array parameter a column. */
  many: PreparedText;
}

/** What the statement runner sends. Only a query with a name is prepared. */
export interface Query {
  text: string;
  values?: unknown[];
  name?: string;
}

/** Makes both texts of a statement. `text` is given the `asked` of its WITH list, so that its rules are written once. */
export function statementOf<Request>(
  name: string,
  columns: Columns<Request>,
  text: (asked: string) => string,
): Statement<Request> {
  const names = Object.keys(columns).join(', ');
  const types = Object.values(columns).map(([type]) => type);
  const parameters = (suffix: string): string =>
    types.map((type, index) => `$${index + 1}::${type}${suffix}`).join(', ');
  const asked = (source: string): string => `asked(${names}) AS NOT MATERIALIZED (${source})`;
  return {
    columns,
    one: prepared(`${name}-one`, text(asked(`VALUES (${parameters('')})`))),
    many: prepared(`${name}-many`, text(asked(`SELECT * FROM unnest(${parameters('[]')})`))),
  };
}

/** The statement with these requests as its parameters. */
export function queryOf<Request>(
  { columns, one, many }: Statement<Request>,
  requests: readonly Request[],
): Query {
  const [request] = requests;
  const readers = Object.values(columns).map(([, read]) => read);
  return request !== undefined && requests.length === 1
    ? { ...one, values: readers.map((read) => read(request)) }
    : { ...many, values: readers.map((read) => requests.map(read)) };
}

/** The name contains a digest: behind a pooler another version of this package may have prepared another text. */
function prepared(name: string, text: string): PreparedText {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return { name: `${name}-${digest}`, text };
}

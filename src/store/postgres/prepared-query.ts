import type { Client } from './pool-connection.js';

/** pg's connection, as its own pg-cursor uses it. */
interface PgConnection {
  /** The texts of the statements that this connection has prepared, by their names: pg keeps it. */
  parsedStatements: Readonly<Record<string, string | undefined>>;
  stream: { cork(): void; uncork(): void };
  parse(message: { name: string; text: string }): void;
  bind(message: { portal: string; statement: string; values: (string | null)[] }): void;
  describe(message: { type: 'P'; name: string }): void;
  execute(message: { portal: string; rows: number }): void;
  sync(): void;
}

/** pg's client in JavaScript. It sends what has a `submit`, and tells it each message of the answer. */
interface PgClient extends Client {
  connection: PgConnection;
  query: Client['query'] & ((query: PreparedQuery, callback: AnswerCallback) => unknown);
}

interface Answer {
  rows: Row[];
  rowCount: number;
}

/** What the values of our statements are, or arrays of. */
type Scalar = string | number | boolean;
type Row = Record<string, string | null>;
type AnswerCallback = (error: Error | null | undefined, answer?: Answer) => void;

/** Of each connection: which columns the statements that it has prepared answer, by their names. */
type Described = WeakMap<Client, Map<string, readonly string[]>>;

/**
 * Sends statements that are prepared, and asks a connection once for the columns of each: pg asks at every execution,
 * which costs the server as much as a quarter of a claim. All values of an answer are as Postgres writes them.
 */
export class PreparedQueries {
  private readonly described: Described = new WeakMap();

  /** Whether the client sends queries of others: pg-native does not, nor does pg when it pipelines. */
  takes(client: Client): client is PgClient {
    return this.described.has(client) || isPgClient(client);
  }

  /** Sent through `query` of the client, so that who instruments it sees text, name, values and the end. */
  send(client: PgClient, name: string, text: string, values: readonly unknown[]): Promise<Row[]> {
    let columns = this.described.get(client);
    if (!columns) this.described.set(client, (columns = new Map<string, readonly string[]>()));
    const query = new PreparedQuery(name, text, values, columns);
    return new Promise((resolve, reject) => {
      client.query(query, (error, answer) => (error ? reject(error) : resolve(answer?.rows ?? [])));
    });
  }
}

/** One execution of a prepared statement. pg reads and calls all that is public here, by these names. */
class PreparedQuery {
  /** pg puts it here, and others put theirs around it. */
  callback?: AnswerCallback;
  private columns?: readonly string[];
  private readonly rows: Row[] = [];

  constructor(
    readonly name: string,
    readonly text: string,
    readonly values: readonly unknown[],
    private readonly described: Map<string, readonly string[]>,
  ) {}

  submit(connection: PgConnection): void {
    const { name, text } = this;
    const values = this.values.map(asText);
    this.columns = this.described.get(name);
    connection.stream.cork();
    if (connection.parsedStatements[name] === undefined) connection.parse({ name, text });
    connection.bind({ portal: '', statement: name, values });
    if (!this.columns) connection.describe({ type: 'P', name: '' });
    connection.execute({ portal: '', rows: 0 });
    connection.sync();
    connection.stream.uncork();
  }

  handleRowDescription({ fields }: { fields: { name: string }[] }): void {
    this.columns = fields.map((field) => field.name);
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    const row: Row = {};
    const { columns = [] } = this;
    for (let nth = 0; nth < columns.length; nth++) row[columns[nth] ?? ''] = fields[nth] ?? null;
    this.rows.push(row);
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.described.set(this.name, this.columns ?? []);
    this.callback?.(null, { rows: this.rows, rowCount: this.rows.length });
  }

  handleError(error: Error): void {
    this.callback?.(error);
  }
}

const MESSAGES = ['parse', 'bind', 'describe', 'execute', 'sync'] as const;

function isPgClient(client: Client): client is PgClient {
  const { connection, pipeline } = client as Client & { connection?: unknown; pipeline?: unknown };
  if (pipeline === true || !isObject(connection)) return false;
  const { parsedStatements, stream } = connection as Partial<PgConnection>;
  return (
    isObject(parsedStatements) &&
    typeof stream?.cork === 'function' &&
    MESSAGES.every((message) => typeof (connection as Partial<PgConnection>)[message] === 'function')
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** A value as Postgres reads it. */
function asText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return Array.isArray(value) ? `{${value.map(elementText).join(',')}}` : (value as Scalar).toString();
}

function elementText(element: unknown): string {
  if (element === null || element === undefined) return 'NULL';
  return `"${(element as Scalar).toString().replace(/["\\]/g, '\\$&')}"`;
}

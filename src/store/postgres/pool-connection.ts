import type { DataSource } from 'typeorm';

/** What a client is sent: a text with its values. */
export interface ClientQuery {
  text: string;
  values?: unknown[];
  name?: string;
  types?: { getTypeParser: () => (value: string) => unknown };
}

/** pg's client, as far as every driver and mock has it. */
export interface Client {
  query(query: ClientQuery): Promise<{ rows: unknown[] }>;
}

/** A connection to the primary, taken from the pool of a data source. */
export interface PoolConnection {
  client: Client;
  /** Gives it back; one that broke leaves the pool. */
  release(): Promise<void> | void;
}

/** What TypeORM's driver for Postgres hands out: pg's client, and what gives it back to pg's pool. */
type Obtained = [client: EventfulClient, release: (broken?: Error) => void];

interface EventfulClient extends Client {
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
}

interface PostgresDriver {
  obtainMasterConnection(): Promise<Obtained>;
}

/**
 * Takes a connection of its own, on the primary: `DataSource.query` joins the caller's transaction where a
 * transaction-propagation library is active, and a rollback there would lose the claim.
 */
export function takeConnection(source: DataSource): Promise<PoolConnection> {
  const { driver, options } = source as Partial<DataSource>;
  // Who replaces `createQueryRunner`, as libraries for tests do, means to see each statement.
  const isReplaced = Object.hasOwn(source, 'createQueryRunner');
  return options?.type === 'postgres' && isPostgresDriver(driver) && !isReplaced
    ? fromDriver(driver)
    : fromQueryRunner(source);
}

async function fromDriver(driver: PostgresDriver): Promise<PoolConnection> {
  const [client, release] = await driver.obtainMasterConnection();
  let broken: Error | undefined;
  const onError = (error: Error): void => void (broken = error);
  // The pool listens to idle clients only: an error that nobody listens to would end the process.
  client.on('error', onError);
  return {
    client,
    release: () => {
      client.removeListener('error', onError);
      release(broken);
    },
  };
}

/** Another driver, or the mock of a test. */
async function fromQueryRunner(source: DataSource): Promise<PoolConnection> {
  const runner = source.createQueryRunner('master');
  const connected: unknown = await runner.connect();
  const client = isClient(connected)
    ? connected
    : {
        query: async ({ text, values }: ClientQuery) => ({
          rows: (await runner.query(text, values)) as unknown[],
        }),
      };
  return {
    client,
    release: async () => {
      try {
        await runner.release();
      } catch {
        // It broke, and TypeORM has released it already: that must not hide the statement's own error.
      }
    },
  };
}

function isPostgresDriver(driver: unknown): driver is PostgresDriver {
  return typeof driver === 'object' && driver !== null && 'obtainMasterConnection' in driver;
}

function isClient(connected: unknown): connected is Client {
  return typeof connected === 'object' && connected !== null && 'query' in connected;
}

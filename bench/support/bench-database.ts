import pg from 'pg';
import { DataSource } from 'typeorm';
import { taskLockMigrations } from 'nestjs-task-lock/migrations';
import { startEmbeddedPostgres } from '../../examples/support/local-postgres.mjs';

/** A Postgres of this run's own, as durable as it is by default. */
export interface BenchDatabase {
  url: string;
  /** A connection without anything of this package. */
  client(): Promise<pg.Client>;
  /** The address of one more database of the same server, with the package's tables. */
  another(name: string): Promise<string>;
  /** Adds so many microseconds to each flush of the WAL. */
  slowFlushes(microseconds: number): Promise<void>;
  version(): Promise<string>;
  stop(): Promise<void>;
}

export async function startBenchDatabase(): Promise<BenchDatabase> {
  // A committer sleeps for commit_delay before it flushes, with no siblings asked for also where it is alone.
  const postgres = await startEmbeddedPostgres({ commit_siblings: '0', max_connections: '500' });
  const { url } = postgres;
  await migrate(url);
  const clients: pg.Client[] = [];
  const client = async (): Promise<pg.Client> => {
    const opened = new pg.Client({ connectionString: url });
    await opened.connect();
    clients.push(opened);
    return opened;
  };
  const admin = await client();
  await admin.query(`
    CREATE TABLE counter (name text PRIMARY KEY, value bigint NOT NULL) WITH (fillfactor = 70);
    CREATE TABLE common_lock (name text PRIMARY KEY, locked_until timestamptz NOT NULL, locked_at timestamptz NOT NULL,
                              locked_by text NOT NULL);
    CREATE TABLE bare_lock (name text PRIMARY KEY, token uuid, fence bigint NOT NULL, started_at timestamptz,
                            finished_at timestamptz, locked_until timestamptz NOT NULL) WITH (fillfactor = 70);`);
  return {
    url,
    client,
    another: async (name) => {
      await admin.query(`CREATE DATABASE ${name}`);
      const address = new URL(url);
      address.pathname = name;
      await migrate(address.href);
      return address.href;
    },
    slowFlushes: async (microseconds) => {
      await admin.query(`ALTER SYSTEM SET commit_delay = ${microseconds}`);
      await admin.query('SELECT pg_reload_conf()');
      for (let shown = -1; shown !== microseconds;) {
        const { rows } = await admin.query<{ shown: number }>(
          `SELECT setting::int AS shown FROM pg_settings WHERE name = 'commit_delay'`,
        );
        shown = rows[0]!.shown;
      }
    },
    version: async () => {
      const { rows } = await admin.query<{ version: string; fsync: string; commit: string }>(
        `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
                current_setting('synchronous_commit') AS commit`,
      );
      const { version, fsync, commit } = rows[0]!;
      return `${version}, fsync ${fsync}, synchronous_commit ${commit}`;
    },
    stop: async () => {
      await Promise.all(clients.map((opened) => opened.end()));
      await postgres.stop();
    },
  };
}

export async function migrate(url: string): Promise<void> {
  const dataSource = new DataSource({ type: 'postgres', url, migrations: [...taskLockMigrations] });
  await dataSource.initialize();
  await dataSource.runMigrations();
  await dataSource.destroy();
}

/** One statement, on a connection of its own. */
export async function onConnection(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(text);
  await client.end();
}

import pg from 'pg';
import { DataSource } from 'typeorm';
import { taskLockMigrations } from 'nestjs-task-lock/migrations';
import { startEmbeddedPostgres } from '../../examples/support/local-postgres.mjs';

/** A Postgres of this run's own, as durable as it is by default. */
export interface BenchDatabase {
  url: string;
  /** A connection without anything of this package. */
  client(): Promise<pg.Client>;
  /** Adds so many microseconds to each flush of the WAL. */
  slowFlushes(microseconds: number): Promise<void>;
  version(): Promise<string>;
  stop(): Promise<void>;
}

export async function startBenchDatabase(): Promise<BenchDatabase> {
  // A committer sleeps for commit_delay before it flushes, with no siblings asked for also where it is alone.
  const postgres = await startEmbeddedPostgres({ commit_siblings: '0', max_connections: '500' });
  const { url } = postgres;
  const dataSource = new DataSource({ type: 'postgres', url, migrations: [...taskLockMigrations] });
  await dataSource.initialize();
  await dataSource.runMigrations();
  await dataSource.destroy();
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
                              locked_by text NOT NULL);`);
  return {
    url,
    client,
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

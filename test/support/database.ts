import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { DataSource } from 'typeorm';
import type { DataSourceOptions } from 'typeorm';
import { taskLockMigrations } from '../../src/migrations.js';

/** A database of one suite's own. */
export interface TestDatabase {
  url: string;
  /** Opens a data source on it; all are closed by `drop`. */
  connect(options?: Partial<Extract<DataSourceOptions, { type: 'postgres' }>>): Promise<DataSource>;
  /** One statement, past everything that is under test. */
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** With the lock table in it, which is so unless asked otherwise. */
  migrated?: boolean;
  /** Where it is made; the server of all suites unless given. */
  server?: string;
  /** What every session of this database starts with. */
  settings?: Record<string, string>;
}

/** Makes a database of its own for a suite. */
export async function createDatabase({
  migrated = true,
  server = process.env['TASK_LOCK_TEST_SERVER'],
  settings = {},
}: TestDatabaseOptions = {}): Promise<TestDatabase> {
  if (!server) throw new Error('TASK_LOCK_TEST_SERVER is not set: run the suites through jest');
  const name = `task_lock_${randomBytes(6).toString('hex')}`;
  await once(server, `CREATE DATABASE ${name}`);
  for (const [setting, value] of Object.entries(settings)) {
    await once(server, `ALTER DATABASE ${name} SET ${setting} = ${value}`);
  }
  const url = new URL(server);
  url.pathname = `/${name}`;
  const opened: DataSource[] = [];
  const admin = new pg.Pool({ connectionString: url.href, max: 4 });
  // A connection that the server ends while nobody uses it: without a listener it would end the whole suite.
  admin.on('error', () => undefined);
  const database: TestDatabase = {
    url: url.href,
    async connect(options = {}) {
      const dataSource = new DataSource({ type: 'postgres', url: url.href, ...options });
      await dataSource.initialize();
      opened.push(dataSource);
      return dataSource;
    },
    async query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]) {
      return (await admin.query<Row>(text, values)).rows;
    },
    async drop() {
      await Promise.all(
        opened.filter((dataSource) => dataSource.isInitialized).map((dataSource) => dataSource.destroy()),
      );
      await admin.end();
      await once(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
  if (migrated) {
    const dataSource = await database.connect({ migrations: [...taskLockMigrations] });
    await dataSource.runMigrations();
  }
  return database;
}

async function once(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

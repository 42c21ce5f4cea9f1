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

/** Makes an empty database; with `migrated` it has the lock table. */
export async function createDatabase({ migrated = true } = {}): Promise<TestDatabase> {
  const server = process.env['TASK_LOCK_TEST_SERVER'];
  if (!server) throw new Error('TASK_LOCK_TEST_SERVER is not set: run the suites through jest');
  const name = `task_lock_${randomBytes(6).toString('hex')}`;
  await once(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const opened: DataSource[] = [];
  const admin = new pg.Pool({ connectionString: url.href, max: 4 });
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

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import type { DataSourceOptions } from 'typeorm';
import { taskLockMigrations, taskLockMigrationsFor } from '../../src/migrations.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { aClaim } from '../support/claims.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';

let database: TestDatabase;

beforeEach(async () => {
  database = await createDatabase({ migrated: false });
});
afterEach(() => database.drop());

async function tables(): Promise<string[]> {
  const rows = await database.query<{ place: string }>(
    `SELECT table_schema || '.' || table_name AS place FROM information_schema.tables
     WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_name <> 'migrations' ORDER BY 1`,
  );
  return rows.map(({ place }) => place);
}

async function migrate(
  options: Partial<Extract<DataSourceOptions, { type: 'postgres' }>> = {},
): Promise<DataSource> {
  const dataSource = await database.connect({ migrations: [...taskLockMigrations], ...options });
  await dataSource.runMigrations();
  return dataSource;
}

describe('the migration', () => {
  test('makes the tables and can be reverted', async () => {
    const dataSource = await migrate();
    expect(await tables()).toEqual(['public.task_lock', 'public.task_lock_request']);
    await dataSource.undoLastMigration();
    expect(await tables()).toEqual(['public.task_lock']);
    await dataSource.undoLastMigration();
    expect(await tables()).toEqual([]);
    await dataSource.runMigrations();
    expect(await tables()).toEqual(['public.task_lock', 'public.task_lock_request']);
  });

  test("honours the data source's schema, and the store finds the table there", async () => {
    await database.query('CREATE SCHEMA jobs');
    const dataSource = await migrate({ schema: 'jobs' });
    expect(await tables()).toEqual(['jobs.task_lock', 'jobs.task_lock_request']);
    const store = new PostgresLockStore(() => dataSource, { table: 'task_lock' });
    await store.prepare(['task']);
    await store.requests.prepare();
    expect(await store.claim([aClaim()])).toMatchObject([{ status: 'won' }]);
  });

  test('makes tables of other names beside each other, quoted where they need it', async () => {
    const place = { schema: 'public', table: 'Odd "locks"' };
    const dataSource = await migrate({
      migrations: [...taskLockMigrations, ...taskLockMigrationsFor(place)],
    });
    expect(await tables()).toEqual([
      'public.Odd "locks"',
      'public.Odd "locks"_request',
      'public.task_lock',
      'public.task_lock_request',
    ]);
    const store = new PostgresLockStore(() => dataSource, place);
    await store.requests.prepare();
    expect(await store.claim([aClaim()])).toMatchObject([{ status: 'won' }]);
  });

  test.each(['all', 'each', 'none'] as const)(
    'is safe where several replicas start at once, with migrationsTransactionMode %s',
    async (migrationsTransactionMode) => {
      // TypeORM's own creation of its migrations table races; that table is there from the first deployment on.
      await (await database.connect({ migrations: [] })).runMigrations();
      await database.query(
        'CREATE TABLE IF NOT EXISTS migrations (id serial PRIMARY KEY, "timestamp" bigint, name text)',
      );
      for (let round = 0; round < 10; round++) {
        await database.query('DROP TABLE IF EXISTS task_lock, task_lock_request');
        await database.query('DELETE FROM migrations');
        const replicas = await Promise.all(
          Array.from({ length: 8 }, () => database.connect({ migrations: [...taskLockMigrations] })),
        );
        await Promise.all(
          replicas.map((replica) => replica.runMigrations({ transaction: migrationsTransactionMode })),
        );
        await Promise.all(replicas.map((replica) => replica.destroy()));
      }
      expect(await tables()).toEqual(['public.task_lock', 'public.task_lock_request']);
    },
  );
});

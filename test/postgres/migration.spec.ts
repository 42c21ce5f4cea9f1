import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { DataSource, DataSourceOptions, QueryRunner } from 'typeorm';
import { taskLockMigrations, taskLockMigrationsFor } from '../../src/migrations.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { aClaim } from '../support/claims.js';
import { blockedStatement } from '../support/blocked-statement.js';
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

async function aRunner(): Promise<QueryRunner> {
  return (await database.connect()).createQueryRunner();
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
    await store.requests.prepare([]);
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
    await store.requests.prepare([]);
    expect(await store.claim([aClaim()])).toMatchObject([{ status: 'won' }]);
  });

  test.each([
    ['the locks', 0],
    ['the requests', 1],
  ])('makes the table of %s once where another replica is making it', async (_, nth) => {
    const migration = new taskLockMigrations[nth]!();
    const [first, second] = [await aRunner(), await aRunner()];
    await first.startTransaction();
    await migration.up(first);
    const upBesides = migration.up(second);
    await blockedStatement(database);
    await Promise.all([first.commitTransaction(), upBesides]);
    await Promise.all([first.release(), second.release()]);
    expect(await tables()).toHaveLength(1);
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

describe('the text of a migration that users have run', () => {
  test('makes these columns, and no others', async () => {
    await migrate();
    const columns = await database.query<{ table: string; definition: string }>(
      `SELECT table_name AS table,
              concat_ws(' ', column_name, data_type, CASE is_nullable WHEN 'NO' THEN 'not null' END,
                'default ' || column_default, 'identity ' || identity_generation) AS definition
       FROM information_schema.columns WHERE table_name LIKE 'task_lock%' ORDER BY table_name, ordinal_position`,
    );
    const of = (name: string): string[] =>
      columns.filter(({ table }) => table === name).map(({ definition }) => definition);
    expect(of('task_lock')).toEqual(LOCK_COLUMNS);
    expect(of('task_lock_request')).toEqual(REQUEST_COLUMNS);
  });

  test('makes these keys and indexes, and room for heap-only updates', async () => {
    await migrate();
    const indexes = await database.query<{ indexdef: string }>(
      "SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'task_lock%' ORDER BY 1",
    );
    expect(indexes.map(({ indexdef }) => indexdef)).toEqual([
      'CREATE INDEX task_lock_request_due ON public.task_lock_request USING btree (due_at) WHERE (parked_at IS NULL)',
      'CREATE UNIQUE INDEX task_lock_pkey ON public.task_lock USING btree (name)',
      'CREATE UNIQUE INDEX task_lock_request_pkey ON public.task_lock_request USING btree (name, id)',
    ]);
    const [table] = await database.query("SELECT reloptions FROM pg_class WHERE relname = 'task_lock'");
    expect(table).toEqual({ reloptions: ['fillfactor=70'] });
  });

  test.each([
    [0, '8e4ac750cff90030'],
    [1, '7f042cff3484a2c6'],
  ])('number %d is frozen: a change of a table is a migration of its own', async (nth, digest) => {
    const texts: string[] = [];
    const query = async (text: string) => void texts.push(text);
    const runner = { query, connection: { options: {} } } as unknown as QueryRunner;
    const migration = new taskLockMigrations[nth]!();
    await migration.up(runner);
    await migration.down(runner);
    expect(createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 16)).toBe(digest);
  });
});

const LOCK_COLUMNS = [
  'name text not null',
  "locked_until timestamp with time zone not null default '-infinity'::timestamp with time zone",
  "started_at timestamp with time zone not null default '-infinity'::timestamp with time zone",
  "finished_at timestamp with time zone default '-infinity'::timestamp with time zone",
  "last_tick timestamp with time zone not null default '-infinity'::timestamp with time zone",
  'fence bigint not null default 0',
  'token uuid',
  'locked_by text',
  'outcome text',
  'error text',
];

const REQUEST_COLUMNS = [
  'id bigint not null identity ALWAYS',
  'name text not null',
  'task text not null',
  'key text',
  'args json not null',
  'requested_at timestamp with time zone not null default clock_timestamp()',
  'due_at timestamp with time zone not null',
  'latest_at timestamp with time zone not null',
  'attempts integer not null default 0',
  'token uuid',
  'parked_at timestamp with time zone',
  'error text',
];

import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { DataSource, DataSourceOptions, QueryRunner } from 'typeorm';
import { taskLockMigrations, taskLockMigrationsFor } from '../../src/migrations.js';
import { TaskLockOperator } from '../../src/operate/task-lock-operator.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { aClaim, aRelease } from '../support/claims.js';
import { recordingLog } from '../support/locks.js';
import { observeRow } from '../support/observe-row.js';
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
    expect(await tables()).toEqual(ALL.map((table) => `public.${table}`));
    await dataSource.undoLastMigration();
    expect(await tables()).toEqual(['public.task_lock', 'public.task_lock_request']);
    await dataSource.undoLastMigration();
    expect(await tables()).toEqual(['public.task_lock']);
    await dataSource.undoLastMigration();
    expect(await tables()).toEqual([]);
    await dataSource.runMigrations();
    expect(await tables()).toEqual(ALL.map((table) => `public.${table}`));
  });

  test("honours the data source's schema, and the store finds the table there", async () => {
    await database.query('CREATE SCHEMA jobs');
    const dataSource = await migrate({ schema: 'jobs' });
    expect(await tables()).toEqual(ALL.map((table) => `jobs.${table}`));
    const store = new PostgresLockStore(() => dataSource, { table: 'task_lock' });
    await store.prepare(['task']);
    await store.requests.prepare([]);
    await store.operator.pause('paused', undefined, { by: 'ana' });
    expect(await store.claim([aClaim(), aClaim({ name: 'paused', task: 'paused' })])).toMatchObject([
      { status: 'won' },
      { status: 'paused' },
    ]);
  });

  test('makes tables of other names beside each other, quoted where they need it', async () => {
    const place = { schema: 'public', table: 'Odd "locks"' };
    const dataSource = await migrate({
      migrations: [...taskLockMigrations, ...taskLockMigrationsFor(place)],
    });
    expect(await tables()).toEqual([
      ...ALL.map((table) => `public.${table.replace('task_lock', 'Odd "locks"')}`),
      ...ALL.map((table) => `public.${table}`),
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
        await database.query(`DROP TABLE IF EXISTS ${ALL.join()}`);
        await database.query('DELETE FROM migrations');
        const replicas = await Promise.all(
          Array.from({ length: 8 }, () => database.connect({ migrations: [...taskLockMigrations] })),
        );
        await Promise.all(
          replicas.map((replica) => replica.runMigrations({ transaction: migrationsTransactionMode })),
        );
        await Promise.all(replicas.map((replica) => replica.destroy()));
      }
      expect(await tables()).toEqual(ALL.map((table) => `public.${table}`));
    },
  );
});

describe('the tables of operating', () => {
  const aCall = (overrides: object = {}) =>
    aClaim({ tick: { kind: 'call' }, trigger: 'call', minHold: 0, ...overrides });

  test('are made while another transaction has read the lock table and stays open, and claims go on', async () => {
    const migrations = [...taskLockMigrations];
    const before = await database.connect({ migrations: migrations.slice(0, 2) });
    await before.runMigrations();
    const store = new PostgresLockStore(() => before, { table: 'task_lock' });
    const reader = before.createQueryRunner();
    await reader.startTransaction();
    await reader.query('SELECT * FROM task_lock');
    const after = await database.connect({ migrations });
    const migrating = after.createQueryRunner();
    await migrating.startTransaction();
    await new taskLockMigrations[2]!().up(migrating);
    // Neither has ended.
    const claim = aCall();
    expect(await store.claim([claim])).toMatchObject([{ status: 'won' }]);
    expect(await store.release([aRelease(claim)])).toMatchObject([{ status: 'released' }]);
    await migrating.commitTransaction();
    await migrating.release();
    await reader.commitTransaction();
    await reader.release();
    expect(await tables()).toEqual(ALL.map((table) => `public.${table}`));
  });

  test('can be taken away from a store that runs, which goes on to lock', async () => {
    const dataSource = await migrate();
    const log = recordingLog();
    const store = new PostgresLockStore(() => dataSource, { table: 'task_lock' }, undefined, log);
    await store.prepare(['task']);
    const run = async (): Promise<void> => {
      const claim = aCall();
      const [won] = await store.claim([claim]);
      expect(won?.status).toBe('won');
      const { name, token, task, trigger, replica } = claim;
      expect(await store.renew([{ name, token, lease: 9_000, maxHold: 90_000 }])).toMatchObject([
        { status: 'renewed' },
      ]);
      const facts = { name, task, trigger, replica, fence: 1n, startedAt: new Date() };
      expect(await store.release([aRelease(claim, { run: facts })])).toMatchObject([{ status: 'released' }]);
    };
    await run();
    expect(log.lines.error).toEqual([]);
    await dataSource.undoLastMigration();
    await run();
    await run();
    expect(log.lines.error).toEqual([
      expect.stringMatching(
        /^Until the next start paused tasks run: .*_control" is missing: add `migrations: /,
      ),
      expect.stringMatching(/^Until the next start runs are not told that they were cancelled: /),
      expect.stringMatching(/^Until the next start runs are not recorded: /),
    ]);
  });

  test('do not disturb replicas of an older version, which know none of them', async () => {
    const dataSource = await migrate();
    const store = new PostgresLockStore(() => dataSource, { table: 'task_lock' });
    await store.prepare(['task']);
    // What they write of a run: no trigger.
    const old = `UPDATE task_lock SET token = gen_random_uuid(), finished_at = NULL, outcome = NULL, fence = fence + 1,
                 locked_by = 'old', started_at = now(), locked_until = now() + $1::interval`;
    await database.query(old, ['1 minute']);
    expect(await store.claim([aCall()])).toMatchObject([{ status: 'held', inProgress: true, heldBy: 'old' }]);
    await database.query(old, ['-1 second']);
    const claim = aCall();
    const [won] = await store.claim([claim]);
    expect(won).toMatchObject({ status: 'won', recovering: false, previous: { replica: 'old' } });
    expect(won?.status === 'won' && won.previous?.trigger).toBeUndefined();
    // What they recover: only what carries this very word, which a trigger of ours is not.
    expect((await observeRow(database, 'task'))?.outcome).toBe('call');
    await database.query(old, ['1 minute']);
    const operator = new TaskLockOperator(store.operator);
    const { warnings } = await operator.pause('task', { by: 'ana', reason: 'the disk is full' });
    expect(warnings).toEqual([expect.stringContaining("'task': old may run an older version")]);
  });
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
    for (const [table, expected] of Object.entries(OPERATING_COLUMNS)) expect(of(table)).toEqual(expected);
  });

  test('makes these keys and indexes, and room for heap-only updates', async () => {
    await migrate();
    const indexes = await database.query<{ indexdef: string }>(
      "SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'task_lock%' ORDER BY 1",
    );
    expect(indexes.map(({ indexdef }) => indexdef)).toEqual([
      'CREATE INDEX task_lock_action_name ON public.task_lock_action USING btree (name, id)',
      'CREATE INDEX task_lock_action_open ON public.task_lock_action USING btree (id) WHERE ((expires_at IS NOT NULL) AND (taken_at IS NULL))',
      'CREATE INDEX task_lock_request_due ON public.task_lock_request USING btree (due_at) WHERE (parked_at IS NULL)',
      'CREATE INDEX task_lock_run_task ON public.task_lock_run USING btree (task, started_at)',
      'CREATE UNIQUE INDEX task_lock_action_pkey ON public.task_lock_action USING btree (id)',
      'CREATE UNIQUE INDEX task_lock_cancel_pkey ON public.task_lock_cancel USING btree (name)',
      'CREATE UNIQUE INDEX task_lock_control_pkey ON public.task_lock_control USING btree (name)',
      'CREATE UNIQUE INDEX task_lock_pkey ON public.task_lock USING btree (name)',
      'CREATE UNIQUE INDEX task_lock_request_pkey ON public.task_lock_request USING btree (name, id)',
      'CREATE UNIQUE INDEX task_lock_run_pkey ON public.task_lock_run USING btree (name, fence)',
      'CREATE UNIQUE INDEX task_lock_task_pkey ON public.task_lock_task USING btree (application, name, digest)',
    ]);
    const [table] = await database.query("SELECT reloptions FROM pg_class WHERE relname = 'task_lock'");
    expect(table).toEqual({ reloptions: ['fillfactor=70'] });
  });

  test.each([
    [0, '8e4ac750cff90030'],
    [1, '7f042cff3484a2c6'],
    [2, '0c3c6fb487dbd915'],
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

const ALL = ['', '_action', '_cancel', '_control', '_request', '_run', '_task'].map(
  (suffix) => `task_lock${suffix}`,
);

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

const INSTANT = 'timestamp with time zone';
const NOW = 'not null default clock_timestamp()';

const OPERATING_COLUMNS = {
  task_lock_control: [
    'name text not null',
    `paused_at ${INSTANT} not null`,
    `paused_until ${INSTANT} not null`,
    'paused_by text not null',
    'reason text',
    `resumed_at ${INSTANT}`,
  ],
  task_lock_cancel: [
    'name text not null',
    'fence bigint not null',
    'by text not null',
    'reason text',
    `cancelled_at ${INSTANT} ${NOW}`,
  ],
  task_lock_task: [
    'application text not null',
    'name text not null',
    'digest text not null',
    'member text',
    'schedule text',
    'time_zone text',
    'interval_ms double precision',
    'min_hold_ms double precision',
    'max_hold_ms double precision',
    'lease_ms double precision',
    'is_scheduled boolean not null default false',
    'is_conditional boolean not null default false',
    'is_disabled boolean not null default false',
    'is_keyed boolean not null default false',
    'is_polled boolean not null default true',
    'names ARRAY',
    `first_declared ${INSTANT} ${NOW}`,
    `last_declared ${INSTANT} ${NOW}`,
    'declared_by text not null',
    'version text not null',
  ],
  task_lock_run: [
    'name text not null',
    'fence bigint not null',
    'task text not null',
    'key text',
    `tick ${INSTANT}`,
    `previous_tick ${INSTANT}`,
    `next_due ${INSTANT}`,
    'trigger text not null',
    'replica text not null',
    `started_at ${INSTANT} not null`,
    `finished_at ${INSTANT}`,
    'outcome text not null',
    'error text',
    'lateness_ms double precision',
  ],
  task_lock_action: [
    'id bigint not null identity ALWAYS',
    'name text not null',
    'key text',
    'action text not null',
    'by text not null',
    'reason text',
    `at ${INSTANT} ${NOW}`,
    `until ${INSTANT}`,
    'args json',
    'even_if_paused boolean not null default false',
    `expires_at ${INSTANT}`,
    `taken_at ${INSTANT}`,
    'taken_by text',
    'fence bigint',
    'answer text',
    'error text',
    `answered_at ${INSTANT}`,
  ],
};

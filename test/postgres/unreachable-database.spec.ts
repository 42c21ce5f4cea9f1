import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { DataSource } from 'typeorm';
import { SystemLockClock } from '../../src/common/clock.js';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';
import { TaskLocks } from '../../src/lock/task-locks.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { aTick, recordingLog, watch, wonLock } from '../support/locks.js';
import { until } from '../support/until.js';

/** Far longer than any of these outages, and than a slow machine needs to end one. */
const CLAIM_TIMEOUT = 60_000;
const aCall = { ...aTick, tick: { kind: 'call' }, minHold: 0 } as const;

jest.setTimeout(180_000);

let database: TestDatabase;
let administration: TestDatabase;
let role: string;
let name: string;
let dataSource: DataSource;
let current: () => DataSource;
let locks: TaskLocks;
let store: PostgresLockStore;
let log: ReturnType<typeof recordingLog>;
/** How often a statement has asked for the data source. */
let attempts: number;

beforeAll(async () => {
  database = await createDatabase();
  // What keeps everybody out of the one database is taken back from another.
  administration = await createDatabase({ migrated: false });
  name = new URL(database.url).pathname.slice(1);
  role = `${name}_app`;
  await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'first'`);
  await database.query(`GRANT SELECT, INSERT, UPDATE ON task_lock TO ${role}`);
});
afterAll(async () => {
  await dataSource.destroy().catch(() => undefined);
  await database.query(`DROP OWNED BY ${role}`);
  await database.query(`DROP ROLE ${role}`);
  await database.drop();
  await administration.drop();
});

function connect(): Promise<DataSource> {
  const url = new URL(database.url);
  url.username = role;
  url.password = 'first';
  return new DataSource({ type: 'postgres', url: url.href, extra: { max: 3 } }).initialize();
}

beforeEach(async () => {
  await database.query('TRUNCATE task_lock');
  await dataSource?.destroy().catch(() => undefined);
  dataSource = await connect();
  attempts = 0;
  current = () => dataSource;
  const source = () => {
    attempts++;
    return current();
  };
  store = new PostgresLockStore(source, { table: 'task_lock', schema: 'public' });
  await store.prepare([aCall.name]);
  log = recordingLog();
  const settings = { replicaId: 'replica-a', claimTimeout: CLAIM_TIMEOUT, exclusive: true };
  locks = new TaskLocks(store, new SystemLockClock(), log, settings);
});

/**
 * Ends the sessions of the role: what it sends next needs a new one. Only at the beginning of an outage, when all are
 * idle: TypeORM listens to a connection a moment after the pool has handed it out, and one that ends then is an uncaught
 * error.
 */
const cutOff = () =>
  administration.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [role]);

const altered = async (statement: string): Promise<void> => {
  await administration.query(statement);
  await cutOff();
};

interface Outage {
  begin: () => Promise<unknown>;
  end: () => Promise<unknown>;
}

const outages: [string, Outage][] = [
  [
    'a password that was rotated',
    {
      begin: () => altered(`ALTER ROLE ${role} PASSWORD 'second'`),
      end: () => administration.query(`ALTER ROLE ${role} PASSWORD 'first'`),
    },
  ],
  [
    'a role that may not log in',
    {
      begin: () => altered(`ALTER ROLE ${role} NOLOGIN`),
      end: () => administration.query(`ALTER ROLE ${role} LOGIN`),
    },
  ],
  [
    'too many connections',
    {
      begin: () => altered(`ALTER ROLE ${role} CONNECTION LIMIT 0`),
      end: () => administration.query(`ALTER ROLE ${role} CONNECTION LIMIT -1`),
    },
  ],
  [
    'a database that accepts no connections',
    {
      begin: () => altered(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`),
      end: () => administration.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`),
    },
  ],
  [
    'a role that may not connect to the database',
    {
      begin: () => altered(`REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC`),
      end: () => administration.query(`GRANT CONNECT ON DATABASE ${name} TO PUBLIC`),
    },
  ],
  [
    'a privilege that is taken away',
    {
      begin: () => database.query(`REVOKE UPDATE ON task_lock FROM ${role}`).then(() => {}),
      end: () => database.query(`GRANT UPDATE ON task_lock TO ${role}`).then(() => {}),
    },
  ],
  [
    'a column that has another name',
    {
      begin: () => database.query('ALTER TABLE task_lock RENAME COLUMN token TO mislaid').then(() => {}),
      end: () => database.query('ALTER TABLE task_lock RENAME COLUMN mislaid TO token').then(() => {}),
    },
  ],
  [
    'a column of another type',
    {
      begin: () => database.query('ALTER TABLE task_lock ALTER token TYPE text').then(() => {}),
      end: () =>
        database.query('ALTER TABLE task_lock ALTER token TYPE uuid USING token::uuid').then(() => {}),
    },
  ],
  [
    'a data source that is destroyed and initialised again',
    {
      begin: () => dataSource.destroy(),
      end: () => dataSource.initialize().then(() => {}),
    },
  ],
  [
    'a data source that is replaced by another',
    {
      begin: async () => {
        current = () => {
          throw new Error('no data source at the moment');
        };
        await dataSource.destroy();
      },
      end: async () => {
        dataSource = await connect();
        current = () => dataSource;
      },
    },
  ],
];

describe.each(outages)('in an outage: %s', (_, { begin, end }) => {
  async function isFree(): Promise<boolean> {
    const rows = await database.query<{ free: boolean }>(
      'SELECT finished_at IS NOT NULL AS free FROM task_lock',
    );
    return rows[0]!.free;
  }

  test('a run that ends releases its lock when it is over', async () => {
    const lock = await wonLock(locks.claim(aCall));
    await begin();
    const released = watch(locks.release(lock, 'succeeded'));
    await until(() => log.lines.error.length > 0);
    expect(log.lines.error).toEqual([
      expect.stringMatching(/^The release of "clean-up" failed, it is repeated until the lease ends: /),
    ]);
    expect(released.isSettled).toBe(false);
    await end();
    await until(() => released.isSettled);
    expect(await isFree()).toBe(true);
  });

  test('a claim wins when it is over', async () => {
    await begin();
    attempts = 0;
    const claimed = locks.claim(aCall);
    const claiming = watch(claimed);
    await until(() => attempts >= 3 || claiming.isSettled);
    await end();
    const lock = await wonLock(claimed);
    await locks.release(lock, 'succeeded');
    expect(await isFree()).toBe(true);
    expect(log.lines.error).toEqual([]);
  });
});

test('the end of a run of requests can be repeated where their table is mislaid, and the error says how to make it', async () => {
  await database.query('ALTER TABLE task_lock_request RENAME TO mislaid');
  const run = { name: 'task', token: randomUUID(), attempts: 3, outcome: 'succeeded' } as const;
  const error: unknown = await store.requests.settle(run).catch((thrown: unknown) => thrown);
  await database.query('ALTER TABLE mislaid RENAME TO task_lock_request');
  expect(error).toBeInstanceOf(LockStoreUnavailableError);
  expect((error as Error).message).toContain('add `migrations: ');
});

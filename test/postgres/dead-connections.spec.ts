import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SystemLockClock } from '../../src/common/clock.js';
import { TaskLocks } from '../../src/lock/task-locks.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { aTick, recordingLog, wonLock } from '../support/locks.js';
import { FaultyProxy } from '../support/faulty-proxy.js';
import { until } from '../support/until.js';

const CLAIM_TIMEOUT = 600;
const PATIENCE = 2 * CLAIM_TIMEOUT;
const settings = { replicaId: 'replica-a', claimTimeout: CLAIM_TIMEOUT, exclusive: true };
const aCall = { ...aTick, tick: { kind: 'call' }, minHold: 0 } as const;

let database: TestDatabase;
let proxy: FaultyProxy;
let locks: TaskLocks;

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

async function locksThrough(url: string, extra: object = {}): Promise<TaskLocks> {
  const dataSource = await database.connect({ url, extra: { max: 4, ...extra } });
  const store = new PostgresLockStore(() => dataSource, { table: 'task_lock', answerTimeout: PATIENCE });
  // Connections that are open already: one that dies while it is opened is the pool's own affair.
  await Promise.all(Array.from({ length: 4 }, () => store.prepare([aCall.name])));
  return new TaskLocks(store, new SystemLockClock(), recordingLog(), settings);
}

async function isFree(): Promise<boolean> {
  const [row] = await database.query<{ free: boolean }>(
    'SELECT finished_at IS NOT NULL AS free FROM task_lock',
  );
  return row!.free;
}

async function hasBeenClaimed(): Promise<boolean> {
  const [row] = await database.query<{ claimed: boolean }>('SELECT fence > 0 AS claimed FROM task_lock');
  return row!.claimed;
}

beforeEach(async () => {
  await database.query('TRUNCATE task_lock');
  proxy = await FaultyProxy.before(database.url);
  locks = await locksThrough(proxy.url);
});
afterEach(() => proxy.close());

describe('a connection that dies without a word', () => {
  test('at a claim costs no tick: it is asked again on another one, with its token', async () => {
    proxy.swallow(1);
    const lock = await wonLock(locks.claim(aCall));
    expect(lock.isHeld()).toBe(true);
    await locks.release(lock, 'succeeded');
    expect(await isFree()).toBe(true);
  });

  test('at a claim of which no ask is answered leaves no ghost that holds the lock', async () => {
    proxy.swallow(2);
    expect(await locks.claim(aCall)).toMatchObject({ reason: 'unavailable' });
    await locks.stop(10_000);
    expect(await isFree()).toBe(true);
  });

  test('at a release does not keep the lock: it is sent again on another one', async () => {
    const lock = await wonLock(locks.claim(aCall));
    proxy.swallow(1);
    await locks.release(lock, 'succeeded');
    await locks.stop(10_000);
    expect(await isFree()).toBe(true);
  });

  test('gives its place in the pool back', async () => {
    proxy.swallow(2);
    await locks.claim(aCall);
    expect(proxy.silentConnections).toBe(2);
    await locks.stop(10_000);
    expect(proxy.silentConnections).toBe(0);
  });
});

test("a claim that pg's own query_timeout cut off goes back when it has won all the same", async () => {
  const impatient = await locksThrough(database.url, { query_timeout: 500 });
  const other = await database.connect();
  const blocking = other.createQueryRunner();
  await blocking.startTransaction();
  await blocking.query('LOCK TABLE task_lock IN ACCESS EXCLUSIVE MODE');
  expect(await impatient.claim(aCall)).toMatchObject({ reason: 'unavailable' });
  await blocking.commitTransaction();
  await blocking.release();
  await until(hasBeenClaimed);
  await impatient.stop(10_000);
  expect(await isFree()).toBe(true);
});

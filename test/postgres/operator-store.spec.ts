import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import type { SeenRun } from '../../src/store/operator-store.js';
import type { PostgresOperatorStore } from '../../src/store/postgres/postgres-operator-store.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { aClaim } from '../support/claims.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { emptyAll, planOf, STATEMENTS } from '../support/operator-tables.js';

let database: TestDatabase;
let dataSource: DataSource;
let store: PostgresLockStore;
let operator: PostgresOperatorStore;

beforeAll(async () => {
  database = await createDatabase();
  dataSource = await database.connect();
  store = new PostgresLockStore(() => dataSource, { table: 'task_lock' });
  ({ operator } = store);
});
afterAll(() => database.drop());
beforeEach(() => emptyAll(database));

const BY = { by: 'ana', reason: 'the disk is full' };
const FORCE = { ...BY, force: true, now: false };
const AT_ONCE = { ...BY, force: true, now: true };

/** A run in progress of the lock `task`. */
async function aRun(): Promise<SeenRun> {
  const [won] = await store.claim([aClaim({ tick: { kind: 'call' }, minHold: 0 })]);
  return { name: 'task', task: 'task', fence: won?.status === 'won' ? won.fence : 0n };
}

/** Does something while a transaction holds the row of the lock, as a fenced one does before its commit. */
async function behindTransaction<Value>(lock: string, work: () => Promise<Value>): Promise<Value> {
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  try {
    await runner.query(lock);
    return await work();
  } finally {
    await runner.rollbackTransaction();
    await runner.release();
  }
}

const FENCED = `SELECT FROM task_lock WHERE name = 'task' FOR SHARE`;

describe('instants that never come', () => {
  test('a pause without an end is one in the row, and none for the operator', async () => {
    expect((await operator.pause('task', undefined, BY)).until).toBeUndefined();
    expect(await database.query('SELECT paused_until::text, resumed_at FROM task_lock_control')).toEqual([
      { paused_until: 'infinity', resumed_at: null },
    ]);
    expect((await operator.actions('task', 1))[0]).not.toHaveProperty('until', expect.anything());
    const { pauses } = await operator.ledger({
      task: 'task',
      from: new Date(0),
      to: new Date(Date.now() + 60_000),
    });
    expect(pauses).toMatchObject([{ name: 'task', by: 'ana', to: undefined }]);
  });

  test('somebody has written one into the row of a lock: it has no end, and is released only at once', async () => {
    const run = await aRun();
    await database.query(`UPDATE task_lock SET locked_until = 'infinity'`);
    const lock = await operator.lock('task');
    expect(lock).toMatchObject({ fence: run.fence, lockedUntil: undefined, lastTick: undefined });
    expect(await operator.release(run, { ...FORCE, force: false })).toMatchObject({ status: 'alive', lock });
    expect(await operator.release(run, FORCE)).toEqual({ status: 'released', freeAt: undefined });
    expect(await operator.release(run, AT_ONCE)).toEqual({ status: 'released', freeAt: expect.any(Date) });
  });

  test('the row of a task that has never run is none', async () => {
    await store.prepare(['task']);
    expect(await operator.lock('task')).toBeUndefined();
    expect(await operator.tasks(['task'])).toEqual([]);
    expect(await operator.cancel({ name: 'task', task: 'task', fence: 0n }, BY)).toEqual({
      status: 'refused',
    });
  });
});

describe('behind a fenced transaction', () => {
  test('a cancel is busy, changes nothing, and works once that has ended', async () => {
    const run = await aRun();
    const [before] = await database.query('SELECT * FROM task_lock');
    expect(await behindTransaction(FENCED, () => operator.cancel(run, BY))).toEqual({ status: 'busy' });
    expect(await database.query('SELECT * FROM task_lock')).toEqual([before]);
    expect(await operator.actions(undefined, 10)).toEqual([]);
    expect(await operator.cancel(run, BY)).toMatchObject({ status: 'cancelled' });
  });

  test('a release is busy, by force and at once, too', async () => {
    const run = await aRun();
    for (const how of [FORCE, AT_ONCE])
      expect(await behindTransaction(FENCED, () => operator.release(run, how))).toEqual({ status: 'busy' });
    expect(await operator.actions(undefined, 10)).toEqual([]);
    expect(await operator.release(run, FORCE)).toMatchObject({ status: 'released' });
  });

  test('a release without force of a lease that is alive is told so, and another run is refused', async () => {
    const run = await aRun();
    const alive = () => operator.release(run, { ...FORCE, force: false });
    expect(await behindTransaction(FENCED, alive)).toMatchObject({ status: 'alive' });
    const other = { ...run, fence: run.fence + 1n };
    expect(await behindTransaction(FENCED, () => operator.cancel(other, BY))).toMatchObject({
      status: 'refused',
      lock: { fence: run.fence },
    });
  });
});

test('a request that somebody has locked by hand does not hold up a cancel', async () => {
  const { fence } = await aRun();
  await store.requests.add([{ name: 'task', task: 'task', args: '[]', delay: 0 }]);
  await database.query('UPDATE task_lock_request SET token = task_lock.token FROM task_lock');
  const cancelled = await behindTransaction('SELECT FROM task_lock_request FOR UPDATE', () =>
    operator.cancel({ name: 'task', task: 'task', fence }, BY),
  );
  expect(cancelled).toMatchObject({ status: 'cancelled' });
});

test('the requests of a cancelled run keep who cancelled it, and why', async () => {
  const run = await aRun();
  await store.requests.add([{ name: 'task', task: 'task', args: '[]', delay: 0 }]);
  await database.query('UPDATE task_lock_request SET token = task_lock.token FROM task_lock');
  await operator.cancel(run, BY);
  expect(await database.query('SELECT error FROM task_lock_request')).toEqual([
    { error: 'TaskLockCancelled: ana cancelled its run: the disk is full' },
  ]);
});

test('what a person did outlives a crash also where a role commits asynchronously', async () => {
  const { fence } = await aRun();
  const trigger = { task: 'task', ...BY, evenIfPaused: false, expiresIn: 1_000 };
  const { id } = await operator.addTrigger(trigger);
  const { pause, resume, cancel, release, addTrigger, takeTriggers } = STATEMENTS;
  const commits = (statement: string, values: unknown[]) =>
    dataSource.transaction(async (manager) => {
      await manager.query('SET LOCAL synchronous_commit = off');
      await manager.query(statement, values);
      return (await manager.query<[{ synchronous_commit: string }]>('SHOW synchronous_commit'))[0]
        .synchronous_commit;
    });
  const seen = ['task', String(fence), 'ana', null];
  expect({
    pause: await commits(pause, ['task', null, 'ana', null]),
    resume: await commits(resume, ['task', 'ana', null]),
    cancel: await commits(cancel, [...seen, 'cancelled', 'task', null]),
    release: await commits(release, [...seen, true, false, 'task', null]),
    addTrigger: await commits(addTrigger, ['task', null, 'ana', null, null, false, 1_000, null]),
    takeTriggers: await commits(takeTriggers, [['task'], 'replica-a', [60_000]]),
  }).toEqual({
    pause: 'on',
    resume: 'on',
    cancel: 'on',
    release: 'on',
    addTrigger: 'on',
    takeTriggers: 'on',
  });
  expect((await operator.action(id))?.takenBy).toBe('replica-a');
});

describe('a look for triggers', () => {
  test('reads an index with the open ones only, and writes nothing where there are none', async () => {
    await database.query(
      `INSERT INTO task_lock_action (name, action, by, expires_at, taken_at)
       SELECT 'task', 'trigger', 'ana', now() + interval '1 hour', now() FROM generate_series(1, 20000)`,
    );
    await database.query('VACUUM ANALYZE task_lock_action');
    const values = [['task'], 'replica-a', [60_000]];
    // The first to read a page after a checkpoint may write down what it has noticed about its rows.
    await planOf(database, STATEMENTS.takeTriggers, values);
    const idle = await planOf(database, STATEMENTS.takeTriggers, values);
    expect(idle).toMatchObject({ wal: 0, scanned: [] });
    expect(idle.pages).toBeLessThan(5);
  });

  test('takes ten at a time, and leaves those that another replica is taking', async () => {
    const trigger = { task: 'task', ...BY, evenIfPaused: false, expiresIn: 60_000 };
    for (let nth = 0; nth < 12; nth++) await operator.addTrigger(trigger);
    const behind = () => operator.takeTriggers([{ task: 'task', startsWithin: 60_000 }], 'replica-a');
    const oldest = 'SELECT FROM task_lock_action ORDER BY id LIMIT 1 FOR UPDATE';
    expect(await behindTransaction(oldest, behind)).toHaveLength(10);
    expect(await behind()).toHaveLength(2);
  });
});

test('a database from before these tables is told which line adds them', async () => {
  const old = await createDatabase({ migrated: false });
  const source = await old.connect();
  const { operator: none } = new PostgresLockStore(() => source, { table: 'task_lock' });
  await expect(none.names()).rejects.toThrow(
    'the table of runs "task_lock_run" is missing: add `migrations: [...taskLockMigrations]` from ' +
      "'nestjs-task-lock/migrations' to the data source and run its migrations",
  );
  const problem = await none.prepare();
  for (const table of ['control', 'cancel', 'task', 'run', 'action'])
    expect(problem).toContain(`"task_lock_${table}"`);
  await old.drop();
  expect(await operator.prepare()).toBeUndefined();
});

test("the operator's clock is the database's", async () => {
  const now = await operator.now();
  const [row] = await database.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  expect(now.getTime()).toBeLessThanOrEqual(row!.now.getTime());
  expect(now.getTime()).toBeGreaterThan(row!.now.getTime() - 60_000);
});

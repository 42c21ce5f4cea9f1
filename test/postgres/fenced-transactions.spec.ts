import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { EntitySchema } from 'typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { insideRun } from '../../src/calls/call-context.js';
import { SystemLockClock } from '../../src/common/clock.js';
import type { HeldLock } from '../../src/lock/held-lock.js';
import { TaskLocks } from '../../src/lock/task-locks.js';
import { FencedTransactions } from '../../src/calls/fenced-transactions.js';
import type { LockStore } from '../../src/store/lock-store.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { LockedTaskRun } from '../../src/calls/locked-task-run.js';
import { aClaim } from '../support/claims.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { Gate } from '../support/gate.js';
import { aTick, recordingLog, wonLock } from '../support/locks.js';

interface Invoice {
  id: number;
}

const Invoice = new EntitySchema<Invoice>({
  name: 'invoice',
  columns: { id: { type: Number, primary: true } },
});

const LEASE = 60_000;
const aCall = { ...aTick, tick: { kind: 'call' }, minHold: 0, lease: LEASE } as const;

let database: TestDatabase;
let dataSource: DataSource;
let store: PostgresLockStore;
let locks: TaskLocks;
let lock: HeldLock;
let run: LockedTaskRun;

beforeAll(async () => {
  database = await createDatabase();
  await database.query('CREATE TABLE invoice (id int PRIMARY KEY)');
  // Where the work runs at another level than the lock asks for, these tests see it.
  const name = new URL(database.url).pathname.slice(1);
  await database.query(`ALTER DATABASE ${name} SET default_transaction_isolation = 'serializable'`);
  dataSource = await database.connect({ entities: [Invoice] });
  store = new PostgresLockStore(() => dataSource, { table: 'task_lock' });
});
afterAll(() => database.drop());

beforeEach(async () => {
  await database.query('TRUNCATE task_lock, invoice');
  locks = new TaskLocks(store, new SystemLockClock(), recordingLog(), {
    replicaId: 'replica-a',
    claimTimeout: 5_000,
    exclusive: true,
  });
  lock = await wonLock(locks.claim(aCall));
  run = new LockedTaskRun(
    { task: { name: aCall.name } },
    lock,
    locks,
    new FencedTransactions(() => dataSource, store),
  );
});

// Its renewals would go on after the suite.
afterEach(() => locks.release(lock, 'succeeded'));

const invoices = async (): Promise<number[]> =>
  (await database.query<Invoice>('SELECT id FROM invoice ORDER BY id')).map(({ id }) => id);
const insert = (id: number) => (manager: EntityManager) => manager.insert(Invoice, { id });
const endLease = () => database.query("UPDATE task_lock SET locked_until = now() - interval '1 s'");

/** Another replica takes the lock: its lease had ended by the database's clock. */
async function taken(): Promise<void> {
  await endLease();
  const [answer] = await store.claim([aClaim({ name: aCall.name, tick: { kind: 'call' }, minHold: 0 })]);
  expect(answer?.status).toBe('won');
}

describe('work in a transaction of the run', () => {
  test('is committed while the lock is held, and its value is answered', async () => {
    expect(await run.transaction(async (manager) => insert(1)(manager).then(() => 'done'))).toBe('done');
    expect(await invoices()).toEqual([1]);
  });

  test('is rolled back where it throws, and its error comes through unchanged', async () => {
    const error = new Error('out of paper');
    const working = run.transaction(async (manager) => {
      await insert(1)(manager);
      throw error;
    });
    await expect(working).rejects.toBe(error);
    expect(await invoices()).toEqual([]);
  });

  test('is rolled back where another replica has taken the lock, and the run is told', async () => {
    const working = run.transaction(async (manager) => {
      await insert(1)(manager);
      await taken();
    });
    await expect(working).rejects.toMatchObject({ name: 'TaskLockLostError', reason: 'taken' });
    expect(await invoices()).toEqual([]);
    expect(run.signal.aborted).toBe(true);
  });

  test("is rolled back where the lease is over by the database's clock, also if nobody has taken it", async () => {
    const working = run.transaction(async (manager) => {
      await insert(1)(manager);
      await endLease();
    });
    await expect(working).rejects.toMatchObject({ reason: 'taken' });
    expect(await invoices()).toEqual([]);
  });

  test('is rolled back where the run is over before it ends', async () => {
    const working = run.transaction(async (manager) => {
      await insert(1)(manager);
      await database.query('UPDATE task_lock SET finished_at = now()');
    });
    await expect(working).rejects.toMatchObject({ reason: 'taken' });
    expect(await invoices()).toEqual([]);
  });

  test('does not begin once the lock is lost', async () => {
    await taken();
    await expect(run.transaction(insert(1))).rejects.toMatchObject({ reason: 'taken' });
    await expect(run.transaction(async () => expect('it').toBe('not begun'))).rejects.toMatchObject({
      reason: 'taken',
    });
  });

  test("composes with an application's repository", async () => {
    const repository = dataSource.getRepository(Invoice).extend({
      issue: async function (this: { insert: (invoice: Invoice) => Promise<unknown> }, id: number) {
        await this.insert({ id });
      },
    });
    await run.transaction((manager) => manager.withRepository(repository).issue(7));
    expect(await invoices()).toEqual([7]);
  });

  test('runs at READ COMMITTED, whatever the default of the database', async () => {
    const level = (manager: EntityManager): Promise<unknown> => manager.query('SHOW transaction_isolation');
    expect(await run.transaction(level)).toEqual([{ transaction_isolation: 'read committed' }]);
    expect(await run.transaction(level, { isolationLevel: 'SERIALIZABLE' })).toEqual([
      { transaction_isolation: 'serializable' },
    ]);
  });

  test('may extend the lease in its middle, and still commits', async () => {
    await run.transaction(async (manager) => {
      await insert(1)(manager);
      await run.extend('2m');
      await insert(2)(manager);
    });
    expect(await invoices()).toEqual([1, 2]);
  });

  test('at a stricter level fails with 40001 where the lease was renewed meanwhile', async () => {
    const working = run.transaction(
      async (manager) => {
        await insert(1)(manager);
        await run.extend('2m');
      },
      { isolationLevel: 'REPEATABLE READ' },
    );
    await expect(working).rejects.toMatchObject({ code: '40001' });
    expect(await invoices()).toEqual([]);
  });
});

describe('a call from inside a transaction of the run', () => {
  test('joins it: both are committed together', async () => {
    await run.transaction(async (outer) => {
      await insert(1)(outer);
      await run.transaction(async (inner) => {
        expect(inner).toBe(outer);
        await insert(2)(inner);
      });
      expect(await invoices()).toEqual([]);
    });
    expect(await invoices()).toEqual([1, 2]);
  });

  test('is rolled back with it', async () => {
    const working = run.transaction(async () => {
      await run.transaction(insert(2));
      await taken();
    });
    await expect(working).rejects.toMatchObject({ reason: 'taken' });
    expect(await invoices()).toEqual([]);
  });

  test('joins none of another run', async () => {
    const other = await wonLock(locks.claim({ ...aCall, name: 'other' }));
    const nested = new LockedTaskRun(
      { task: { name: 'other' } },
      other,
      locks,
      new FencedTransactions(() => dataSource, store),
    );
    const working = run.transaction(async () => {
      await nested.transaction(insert(2));
      throw new Error('of the outer one');
    });
    await expect(working).rejects.toThrow('of the outer one');
    expect(await invoices()).toEqual([2]);
    await locks.release(other, 'succeeded');
  });

  test('begins one of its own where that is over already', async () => {
    let late: Promise<unknown> = Promise.resolve();
    const over = new Gate();
    await run.transaction(async (manager) => {
      await insert(1)(manager);
      late = over.opened.then(() => run.transaction(insert(2)));
    });
    over.open();
    await late;
    expect(await invoices()).toEqual([1, 2]);
  });
});

describe('between the check and the commit', () => {
  test('nobody can win, also when the lease ends there', async () => {
    const claim = aClaim({ name: run.name, tick: { kind: 'call' }, minHold: 0 });
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction('READ COMMITTED');
    await database.query("UPDATE task_lock SET locked_until = now() + interval '200 ms'");
    expect(await store.holdThroughCommit(runner.manager, { name: run.name, token: run.token }, 5_000)).toBe(
      true,
    );
    await database.query('SELECT pg_sleep(0.3)');
    expect((await store.claim([claim])).map(({ status }) => status)).toEqual(['busy']);
    await runner.commitTransaction();
    await runner.release();
    expect(await store.claim([claim])).toMatchObject([{ status: 'won' }]);
  });

  test('a holder that is paused is disconnected, and the task is free again', async () => {
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction('READ COMMITTED');
    await runner.query('INSERT INTO invoice VALUES (1)');
    const disconnected = new Gate();
    const connection = (await runner.connect()) as {
      once: (event: 'error', listener: () => void) => void;
    };
    connection.once('error', disconnected.open);
    await database.query("UPDATE task_lock SET locked_until = now() + interval '200 ms'");
    expect(await store.holdThroughCommit(runner.manager, { name: run.name, token: run.token }, 300)).toBe(
      true,
    );
    await disconnected.opened;
    await expect(runner.commitTransaction()).rejects.toThrow();
    await runner.release();
    expect(await invoices()).toEqual([]);
    expect(await store.claim([aClaim({ name: run.name, tick: { kind: 'call' }, minHold: 0 })])).toMatchObject(
      [{ status: 'won' }],
    );
  });
});

test('a run that encloses the code gives it its transaction', async () => {
  const enclosing = { run, lockName: aCall.name, scope: locks, isHeld: () => true };
  const { currentTaskRun } = await import('../../src/index.js');
  await insideRun(enclosing, () => currentTaskRun()!.transaction(insert(1)));
  expect(await invoices()).toEqual([1]);
});

describe('with a store of the application', () => {
  /** A run whose lock and transactions go through another store than the Postgres one itself. */
  async function runThrough(other: LockStore): Promise<{ run: LockedTaskRun; end: () => Promise<unknown> }> {
    const clock = new SystemLockClock();
    const own = new TaskLocks(other, clock, recordingLog(), {
      replicaId: 'replica-b',
      claimTimeout: 5_000,
      exclusive: true,
    });
    const call = { task: { name: 'wrapped' } };
    const held = await wonLock(own.claim({ ...aCall, name: call.task.name }));
    const transactions = new FencedTransactions(() => dataSource, other);
    const run = new LockedTaskRun(call, held, own, transactions);
    return { run, end: () => own.release(held, 'succeeded') };
  }

  const wrapped = (): LockStore => ({
    batches: store.batches,
    requests: store.requests,
    prepare: (names) => store.prepare(names),
    claim: (requests, signal) => store.claim(requests, signal),
    renew: (held, signal) => store.renew(held, signal),
    release: (held, signal) => store.release(held, signal),
    holdThroughCommit: (manager, held, timeout) => store.holdThroughCommit(manager, held, timeout),
  });

  test('that passes the fence on, a stale holder cannot commit', async () => {
    const { run: stale, end } = await runThrough(wrapped());
    const working = stale.transaction(async (manager) => {
      await insert(1)(manager);
      await database.query("UPDATE task_lock SET token = gen_random_uuid() WHERE name = 'wrapped'");
    });
    await expect(working).rejects.toMatchObject({ reason: 'taken' });
    expect(await invoices()).toEqual([]);
    await end();
  });

  test('that cannot fence, the call is refused before any work: it would run unfenced in silence', async () => {
    class ShardedStore {}
    const { run: unfenced, end } = await runThrough(
      Object.assign(new ShardedStore(), wrapped(), { holdThroughCommit: undefined }),
    );
    await expect(unfenced.transaction(insert(1))).rejects.toThrow(
      'currentTaskRun().transaction() needs a store with `holdThroughCommit`, and ShardedStore has none',
    );
    expect(await invoices()).toEqual([]);
    await end();
  });
});

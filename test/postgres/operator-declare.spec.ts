import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import type { Declaration, DeclaredTask } from '../../src/store/operator-store.js';
import { declareValues, outdatedValues, wantedRows } from '../../src/store/postgres/declare.sql.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { queriesDuring } from '../support/observe-queries.js';
import { emptyAll, planOf, STATEMENTS } from '../support/operator-tables.js';
import { TESTS_EVERYTHING } from '../support/tests-everything.js';

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createDatabase();
  dataSource = await database.connect();
});
afterAll(() => database.drop());
beforeEach(() => emptyAll(database));

const [REPLICAS, TASKS] = TESTS_EVERYTHING ? [200, 1_000] : [40, 100];

function declarationOf(count: number, schedule = '* * * * *'): Declaration {
  const tasks = Array.from({ length: count }, (_, nth): DeclaredTask => ({
    name: `task ${nth}`,
    member: `Jobs.task${nth}`,
    schedule,
    timeZone: 'Europe/Berlin',
    interval: 60_000,
    minHold: 54_000,
    maxHold: 300_000,
    lease: 54_000,
    isScheduled: true,
    isConditional: false,
    isDisabled: false,
    isKeyed: false,
    isPolled: true,
  }));
  return { tasks, replica: 'replica-a', version: '1.0.0' };
}

/** All replicas declare at once, each with a store of its own. Resolves to how many statements of each kind were sent. */
async function startAtOnce(declaration: Declaration): Promise<{ looks: number; writes: number }> {
  const stores = Array.from({ length: REPLICAS }, () => new PostgresLockStore(() => dataSource));
  const sent = await queriesDuring(() =>
    Promise.all(
      stores.map(({ operator }, nth) => operator.declare({ ...declaration, replica: `replica-${nth}` })),
    ),
  );
  const writes = sent.filter(({ text }) => text.includes('INSERT INTO')).length;
  return { looks: sent.length - writes, writes };
}

const KEY = 'nestjs-task-lock declares .task_lock ';

async function walOfWrite(declaration: Declaration): Promise<number> {
  // The first to read a page writes down that its dead rows are gone.
  await database.query('VACUUM task_lock_task');
  const rows = wantedRows(declaration);
  return (await planOf(database, STATEMENTS.declare, declareValues('.task_lock', declaration, rows))).wal;
}

describe(`${REPLICAS} replicas with ${TASKS} tasks that start at once`, () => {
  test('write each row once', async () => {
    const { looks, writes } = await startAtOnce(declarationOf(TASKS));
    // Each looks at least once. Those that could not write look again; a row is written by one transaction.
    expect(looks).toBeGreaterThanOrEqual(REPLICAS);
    expect(writes).toBeLessThanOrEqual(REPLICAS);
    expect(looks).toBeLessThanOrEqual(REPLICAS + writes);
    expect(
      await database.query(
        'SELECT count(*)::int, count(DISTINCT xmin::text)::int AS writers FROM task_lock_task',
      ),
    ).toEqual([{ count: TASKS + 1, writers: 1 }]);
  });

  test('send one statement each where nothing has changed', async () => {
    await startAtOnce(declarationOf(TASKS));
    expect(await startAtOnce(declarationOf(TASKS))).toEqual({ looks: REPLICAS, writes: 0 });
  });

  test('refresh what is a day old once', async () => {
    await startAtOnce(declarationOf(TASKS));
    await database.query(`UPDATE task_lock_task SET last_declared = last_declared - interval '25 hours'`);
    await startAtOnce(declarationOf(TASKS));
    expect(
      await database.query('SELECT count(DISTINCT xmin::text)::int AS writers FROM task_lock_task'),
    ).toEqual([{ writers: 1 }]);
    expect(await startAtOnce(declarationOf(TASKS))).toEqual({ looks: REPLICAS, writes: 0 });
  });
});

describe('the write-ahead log', () => {
  test('has some hundred bytes of each task, once', async () => {
    const declaration = declarationOf(TASKS);
    const wal = await walOfWrite(declaration);
    expect(wal / TASKS).toBeGreaterThan(100);
    expect(wal / TASKS).toBeLessThan(1_000);
    await database.query('VACUUM task_lock_task');
    const looked = await planOf(
      database,
      STATEMENTS.outdated,
      outdatedValues(declaration, wantedRows(declaration)),
    );
    expect(looked.wal).toBe(0);
    expect(await walOfWrite(declaration)).toBe(0);
  });

  test('has nothing of a replica whose turn it is not, and that is told so', async () => {
    const declaration = declarationOf(3);
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    try {
      await runner.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [KEY]);
      expect(await walOfWrite(declaration)).toBe(0);
      const rows = wantedRows(declaration);
      expect(
        await database.query(STATEMENTS.declare, declareValues('.task_lock', declaration, rows)),
      ).toEqual([{ mine: 'false' }]);
    } finally {
      await runner.rollbackTransaction();
      await runner.release();
    }
    expect(await database.query('SELECT FROM task_lock_task')).toEqual([]);
  });
});

test('a replica that does not get its turn looks again, and gives up in the end', async () => {
  const { operator } = new PostgresLockStore(() => dataSource, { table: 'task_lock' });
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  await runner.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [KEY]);
  const sent = await queriesDuring(() => operator.declare(declarationOf(1)));
  await runner.rollbackTransaction();
  await runner.release();
  expect(sent).toHaveLength(16);
  await operator.declare(declarationOf(1));
  expect(await operator.names()).toEqual(['task 0']);
});

test('a task that has changed has one more definition, and the others stay as they are', async () => {
  const { operator } = new PostgresLockStore(() => dataSource, { table: 'task_lock' });
  const before = declarationOf(10);
  await operator.declare(before);
  const changed = { ...before, tasks: [...before.tasks.slice(1), ...declarationOf(1, '0 0 * * *').tasks] };
  const sent = await queriesDuring(() => operator.declare(changed));
  expect(sent).toHaveLength(2);
  expect(
    await database.query(
      'SELECT count(*)::int, count(DISTINCT xmin::text)::int AS writers FROM task_lock_task',
    ),
  ).toEqual([{ count: 13, writers: 2 }]);
});

test('a row that somebody has locked is refreshed by the next one', async () => {
  const { operator } = new PostgresLockStore(() => dataSource, { table: 'task_lock' });
  await operator.declare(declarationOf(2));
  await database.query(`UPDATE task_lock_task SET last_declared = last_declared - interval '25 hours'`);
  const old = `SELECT count(*)::int FROM task_lock_task WHERE last_declared < now() - interval '1 day'`;
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  await runner.query(`SELECT FROM task_lock_task WHERE name = 'task 1' FOR UPDATE`);
  await operator.declare(declarationOf(2));
  await runner.rollbackTransaction();
  await runner.release();
  expect(await database.query(old)).toEqual([{ count: 1 }]);
  await operator.declare(declarationOf(2));
  expect(await database.query(old)).toEqual([{ count: 0 }]);
});

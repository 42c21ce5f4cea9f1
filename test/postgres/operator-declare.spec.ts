import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import type { Declaration, DeclaredTask } from '../../src/store/operator-store.js';
import { declareValues, outdatedValues, wantedRows } from '../../src/store/postgres/declare.sql.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { REFRESHED_AFTER } from '../../src/store/operator-store.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { isolatedAs } from '../support/isolation-levels.js';
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

jest.setTimeout(TESTS_EVERYTHING ? 180_000 : 30_000);

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
  // They share one pool here, in which the last one waits for all others.
  const answerTimeout = 120_000;
  const stores = Array.from(
    { length: REPLICAS },
    () => new PostgresLockStore(() => dataSource, { answerTimeout }),
  );
  const sent = await queriesDuring(() =>
    Promise.all(
      stores.map(({ operator }, nth) => operator.declare({ ...declaration, replica: `replica-${nth}` })),
    ),
  );
  const writes = sent.filter(({ text }) => text.includes('INSERT INTO')).length;
  return { looks: sent.length - writes, writes };
}

async function letHeartbeatBeDue(): Promise<void> {
  await database.query(
    `UPDATE task_lock_task SET last_declared = last_declared - $1 * interval '1 millisecond'`,
    [REFRESHED_AFTER + 1_000],
  );
}

/** The declarations, and when each was declared first and last. */
function heartbeats(): Promise<{ first: Date; last: Date }[]> {
  return database.query(
    `SELECT first_declared AS first, last_declared AS last FROM task_lock_task WHERE name = '*'`,
  );
}

const KEY = 'nestjs-task-lock declares .task_lock ';

/** The page of the table where the row of the declaration is. */
async function pageOfHeartbeat(): Promise<string> {
  const [row] = await database.query<{ ctid: string }>(
    `SELECT ctid::text FROM task_lock_task WHERE name = '*'`,
  );
  return row!.ctid.split(',')[0]!;
}

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

  test('send the heartbeat of their declaration once, and write no row of a task', async () => {
    await startAtOnce(declarationOf(TASKS));
    const [before] = await heartbeats();
    await letHeartbeatBeDue();
    const { looks, writes } = await startAtOnce(declarationOf(TASKS));
    expect(looks).toBeGreaterThanOrEqual(REPLICAS);
    expect(looks).toBeLessThanOrEqual(REPLICAS + writes);
    const [after, ...others] = await heartbeats();
    expect(others).toEqual([]);
    expect(after!.last.getTime()).toBeGreaterThanOrEqual(before!.last.getTime());
    expect(after!.first).toEqual(before!.first);
    // One transaction has added them all, and another one has updated one row.
    expect(
      await database.query(
        `SELECT count(*)::int AS rows, count(DISTINCT xmin::text)::int AS writers FROM task_lock_task WHERE name <> '*'`,
      ),
    ).toEqual([{ rows: TASKS, writers: 1 }]);
    expect(await startAtOnce(declarationOf(TASKS))).toEqual({ looks: REPLICAS, writes: 0 });
  });

  test('write the heartbeat as a heap-only update, whose WAL does not grow with the tasks', async () => {
    const declaration = declarationOf(TASKS);
    const { operator } = new PostgresLockStore(() => dataSource, { table: 'task_lock' });
    await operator.declare(declaration);
    // The first one may leave a page that the tasks have filled, and writes it whole after a checkpoint.
    await letHeartbeatBeDue();
    await walOfWrite(declaration);
    const before = await pageOfHeartbeat();
    await letHeartbeatBeDue();
    expect(await walOfWrite(declaration)).toBeLessThan(500);
    expect(await pageOfHeartbeat()).toBe(before);
  });
});

test('a clock that was ahead makes no task of newer code undeclared, once it is right again', async () => {
  const { operator } = new PostgresLockStore(() => dataSource, { table: 'task_lock' });
  const [old, newer] = [declarationOf(1), declarationOf(2)];
  await operator.declare(old);
  await database.query(
    `UPDATE task_lock_task SET first_declared = now() - interval '1 day', last_declared = now() + interval '1 hour'`,
  );
  await operator.declare(newer);
  const isDeclared = async () => (await operator.tasks()).map(({ definition }) => definition!.isDeclared);
  expect(await isDeclared()).toEqual([true, true]);
  await operator.declare(old);
  const now = await operator.now();
  expect((await heartbeats()).map(({ last }) => last <= now)).toEqual([true, true]);
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

test('a declaration that somebody has locked gets its heartbeat from the next replica', async () => {
  const { operator } = new PostgresLockStore(() => dataSource, { table: 'task_lock' });
  await operator.declare(declarationOf(2));
  await letHeartbeatBeDue();
  const before = await heartbeats();
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  await runner.query(`SELECT FROM task_lock_task WHERE name = '*' FOR UPDATE`);
  await operator.declare(declarationOf(2));
  await runner.rollbackTransaction();
  await runner.release();
  expect(await heartbeats()).toEqual(before);
  await operator.declare(declarationOf(2));
  expect(await heartbeats()).not.toEqual(before);
});

test('a declaration lists each task with the digest of its definition', async () => {
  const { operator } = new PostgresLockStore(() => dataSource, { table: 'task_lock' });
  await operator.declare(declarationOf(2));
  const changed = {
    ...declarationOf(1),
    tasks: [...declarationOf(1, '0 0 * * *').tasks, ...declarationOf(2).tasks.slice(1)],
  };
  await operator.declare(changed);
  const unlisted = `
    SELECT task.name FROM task_lock_task AS declaration
    CROSS JOIN generate_subscripts(declaration.names, 1) AS nth
    JOIN task_lock_task AS task ON task.name = declaration.names[nth][1] AND task.digest = declaration.names[nth][2]
    WHERE declaration.name = '*' ORDER BY task.name`;
  expect((await database.query<{ name: string }>(unlisted)).map(({ name }) => name)).toEqual([
    'task 0',
    'task 0',
    'task 1',
    'task 1',
  ]);
});

describe.each(['repeatable read', 'serializable'] as const)('in sessions that default to %s', (level) => {
  test('many replicas whose heartbeat is due send it once, and none fails', async () => {
    const own = await createDatabase({ settings: isolatedAs(level) });
    try {
      const source = await own.connect();
      const stores = Array.from({ length: 20 }, () => new PostgresLockStore(() => source));
      const declareAll = () => Promise.all(stores.map(({ operator }) => operator.declare(declarationOf(5))));
      await declareAll();
      await own.query(
        `UPDATE task_lock_task SET last_declared = last_declared - interval '1 hour' WHERE name = '*'`,
      );
      await declareAll();
      expect(
        await own.query(
          `SELECT count(*)::int FROM task_lock_task WHERE name = '*' AND last_declared > now() - interval '1 minute'`,
        ),
      ).toEqual([{ count: 1 }]);
    } finally {
      await own.drop();
    }
  });
});

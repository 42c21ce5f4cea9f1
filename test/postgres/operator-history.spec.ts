import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import type { HistoryLimits } from '../../src/store/operator-store.js';
import type { PostgresOperatorStore } from '../../src/store/postgres/postgres-operator-store.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { runsValues } from '../../src/store/postgres/runs.sql.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { queriesDuring } from '../support/observe-queries.js';
import { emptyAll, planOf, STATEMENTS } from '../support/operator-tables.js';
import { TESTS_EVERYTHING } from '../support/tests-everything.js';

const DAY = 86_400_000;
const LIMITS: HistoryLimits = { runs: 100, runsOfKeyed: 1_000, atLeast: 10, maxAge: 14 * DAY };

let database: TestDatabase;
let dataSource: DataSource;
let operator: PostgresOperatorStore;

beforeAll(async () => {
  database = await createDatabase();
  dataSource = await database.connect();
  ({ operator } = new PostgresLockStore(() => dataSource, { table: 'task_lock', answerTimeout: 60_000 }));
});
afterAll(() => database.drop());
beforeEach(() => emptyAll(database));

/** Runs of `tasks` tasks, `runs` each, one each `gap`, the last of them now; each tenth has failed. */
async function history(tasks: number, runs: number, gap = '1 minute'): Promise<void> {
  await database.query(
    `INSERT INTO task_lock_run (name, fence, task, trigger, replica, started_at, finished_at, outcome)
     SELECT 'task ' || task, run, 'task ' || task, 'tick', 'replica-a', now() - ($2 - run) * $3::interval,
            now() - ($2 - run) * $3::interval, CASE WHEN run % 10 = 0 THEN 'failed' ELSE 'succeeded' END
     FROM generate_series(1, $1::int) AS task, generate_series(1, $2::int) AS run`,
    [tasks, runs, gap],
  );
  await database.query('ANALYZE task_lock_run');
}

/** Runs of a task with keys, one run each, a millisecond apart. */
async function keyedHistory(keys: number): Promise<void> {
  await database.query(
    `INSERT INTO task_lock_run (name, fence, task, key, trigger, replica, started_at, outcome)
     SELECT 'export:' || key, 1, 'export', key::text, 'call', 'replica-a', now() - ($1 - key) * interval '1 millisecond', 'died'
     FROM generate_series(1, $1::int) AS key`,
    [keys],
  );
  await database.query('ANALYZE task_lock_run');
}

/** Locks of keys: each ten thousandth is in progress. */
async function keyedLocks(keys: number): Promise<void> {
  await database.query(
    `INSERT INTO task_lock (name, fence, started_at, finished_at, locked_until)
     SELECT 'export:' || key, key, now(), CASE WHEN key % 10000 <> 0 THEN now() END, now() + interval '1 hour'
     FROM generate_series(1, $1::int) AS key`,
    [keys],
  );
  await database.query('ANALYZE task_lock');
}

async function declareExport(): Promise<void> {
  const task = {
    name: 'export',
    minHold: 0,
    maxHold: 1,
    lease: 1,
    isScheduled: false,
    isConditional: false,
    isDisabled: false,
    isKeyed: true,
    isPolled: true,
  };
  await operator.declare({ tasks: [task], replica: 'replica-a', version: '1.0.0' });
}

describe('the list of a thousand tasks with sixty runs each', () => {
  beforeEach(() => history(1_000, 60));

  test('is one statement a table, whatever their number', async () => {
    const sent = await queriesDuring(async () => expect(await operator.tasks()).toHaveLength(1_000));
    // Of definitions, runs, pauses, requests and locks.
    expect(sent).toHaveLength(6);
  });

  test('reads a few pages of the history of each, along its index', async () => {
    // The first to read a row marks it as committed, which checksums write to the log after a checkpoint.
    await operator.tasks();
    const plan = await planOf(database, STATEMENTS.recentOfAll, []);
    expect(plan).toMatchObject({ wal: 0, scanned: [] });
    expect(plan.pages).toBeLessThan(1_000 * 30);
    const one = await planOf(database, STATEMENTS.recentOf, [['task 7']]);
    expect(one.pages).toBeLessThan(50);
  });

  test('says how each has ended', async () => {
    const [task] = await operator.tasks(['task 7']);
    expect(task).toMatchObject({ failuresInARow: 1, lastRun: { outcome: 'failed', fence: 60n } });
    const [, { finishedAt: lastSuccess } = {}] = await operator.runs({ task: 'task 7', limit: 2 });
    expect(task?.lastSuccessAt).toEqual(lastSuccess);
  });

  test('has the runs of one task along the index, too', async () => {
    const { scanned } = await planOf(database, STATEMENTS.runs, runsValues({ task: 'task 7', limit: 50 }));
    expect(scanned).toEqual([]);
  });
});

describe('prune', () => {
  test('of a hundred thousand runs keeps the newest hundred of each task', async () => {
    await history(100, 1_000);
    const sent = await queriesDuring(async () => expect(await operator.prune(LIMITS)).toBe(90_000));
    // 5,000 at a time, one that finds none, and the three other tables.
    expect(sent).toHaveLength(18 + 1 + 3);
    expect(
      await database.query('SELECT DISTINCT count(*)::int, min(fence)::int FROM task_lock_run GROUP BY task'),
    ).toEqual([{ count: 100, min: 901 }]);
  });

  test('finds what is old along the index, and writes nothing where nothing is', async () => {
    await history(200, 100);
    await database.query('VACUUM ANALYZE task_lock_run');
    const plan = await planOf(database, STATEMENTS.pruneRuns, [100, 1_000, 10, 14 * DAY]);
    expect(plan).toMatchObject({ wal: 0, scanned: [] });
  });

  test('removes runs of more than fourteen days, and none of the newest ten', async () => {
    await history(1, 50, '1 day');
    expect(await operator.prune(LIMITS)).toBe(36);
    await emptyAll(database);
    await history(1, 50, '1 week');
    expect(await operator.prune(LIMITS)).toBe(40);
  });

  test('skips runs that somebody has locked, and does not wait for them', async () => {
    await history(1, 150);
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    try {
      await runner.query('SELECT FROM task_lock_run WHERE fence <= 20 FOR UPDATE');
      expect(await operator.prune(LIMITS)).toBe(30);
    } finally {
      await runner.rollbackTransaction();
      await runner.release();
    }
    expect(await operator.prune(LIMITS)).toBe(20);
  });

  test('by many replicas at once removes each row once', async () => {
    await history(20, 600);
    const removed = await Promise.all(Array.from({ length: 8 }, () => operator.prune(LIMITS)));
    expect(removed.reduce((sum, each) => sum + each)).toBe(10_000);
  });

  const KEYS = TESTS_EVERYTHING ? 1_000_000 : 20_000;

  test(
    'of as many runs as a task has keys keeps the newest thousand',
    async () => {
      await keyedHistory(KEYS);
      expect(await operator.prune(LIMITS)).toBe(KEYS - 1_000);
      const [kept] = await database.query('SELECT count(*)::int, min(key::int) FROM task_lock_run');
      expect(kept).toEqual({ count: 1_000, min: KEYS - 999 });
    },
    TESTS_EVERYTHING ? 300_000 : 30_000,
  );

  test(
    'and the list of tasks with as many locks of keys tells those in progress',
    async () => {
      await declareExport();
      await keyedLocks(KEYS);
      const [task] = await operator.tasks();
      expect(task?.locks).toHaveLength(KEYS / 10_000);
      const plan = await planOf(database, STATEMENTS.keyedLocks, [['export'], ['export:']]);
      expect(plan.scanned.filter((table) => table === 'task_lock')).toHaveLength(1);
    },
    TESTS_EVERYTHING ? 300_000 : 30_000,
  );
});

test('a run that is forgotten with ten thousands of keys leaves none', async () => {
  await declareExport();
  await keyedLocks(25_000);
  await database.query(
    `UPDATE task_lock SET finished_at = now() - interval '2 hours', locked_until = now() - interval '2 hours'`,
  );
  await database.query(`DELETE FROM task_lock_task WHERE name = '*'`);
  expect(await operator.forget('export', { by: 'ana' })).toEqual({ status: 'forgotten', removed: 25_001 });
  expect(await database.query('SELECT count(*)::int FROM task_lock')).toEqual([{ count: 0 }]);
});

test('a task with many dead keys tells the newest hundred', async () => {
  await declareExport();
  await keyedLocks(300);
  await database.query(
    `UPDATE task_lock SET finished_at = NULL, started_at = now() + fence * interval '1 ms'`,
  );
  const [task] = await operator.tasks(['export']);
  expect(task?.locks.map(({ fence }) => Number(fence))).toEqual(
    Array.from({ length: 100 }, (_, nth) => 300 - nth),
  );
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TaskLockOperator } from '../../src/index.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { definitionsStatement } from '../../src/store/postgres/definitions.sql.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { serveDashboard } from '../support/dashboard.js';
import { queriesDuring } from '../support/observe-queries.js';
import { declaredTask } from '../support/operated.js';

const TASKS = 1_000;
const RUNS = 60;

let database: TestDatabase;
let served: Awaited<ReturnType<typeof serveDashboard>>;

beforeAll(async () => {
  database = await createDatabase();
  const dataSource = await database.connect();
  const store = new PostgresLockStore(() => dataSource, { table: 'task_lock' });
  const names = Array.from({ length: TASKS }, (_, index) => `shop/task-${1_000 + index}`);
  const tasks = names.map((name) => declaredTask({ name, schedule: '* * * * *', interval: 60_000 }));
  await store.operator.declare({ tasks, replica: 'app-1', version: '1.0.0' });
  await database.query(`UPDATE task_lock_task SET first_declared = first_declared - interval '1 day'`);
  await database.query(
    `INSERT INTO task_lock_run (name, fence, task, tick, previous_tick, next_due, trigger, replica, started_at, finished_at, outcome, error)
     SELECT task, nth, task, at, at - interval '1 minute', at + interval '1 minute', 'tick', 'app-1', at,
            at + nth * interval '7 milliseconds', CASE WHEN nth % 9 = 0 THEN 'failed' ELSE 'succeeded' END, repeat('x', 1000)
     FROM unnest($1::text[]) AS task, generate_series(1, ${RUNS}) AS nth,
          LATERAL (SELECT date_trunc('minute', now()) - (${RUNS} - nth) * interval '1 minute' AS at) AS tick`,
    [names],
  );
  await database.query('ANALYZE task_lock_run');
  const connected = TypeOrmModule.forRoot({ type: 'postgres', url: database.url });
  served = await serveDashboard({
    platform: 'Express',
    imports: [connected],
    options: { store, history: false, operatorPolling: false },
  });
});
afterAll(async () => {
  await served.application.close();
  await database.drop();
});

describe('a list of 1,000 tasks with 60 runs each', () => {
  test('takes as many statements as one of a single page, and none for each task', async () => {
    const sent = await queriesDuring(async () => {
      expect((await served.ask('/task-lock?page=3')).status).toBe(200);
    });
    // A start-up looks at the tables' privileges at about this time.
    const statements = sent
      .map(({ text }) => text)
      .filter((text) => /\bFROM\b/.test(text) && !/privilege|pg_/.test(text));
    expect(new Set(statements).size).toBe(statements.length);
    expect(statements.length).toBeLessThanOrEqual(9);
    // Errors are long, and no list shows them.
    const strips = statements.find((text) => text.includes('AS asked(task)') && text.includes('LIMIT $2'));
    expect(strips).not.toContain('error');
  });

  test('compares no definition with each other one', async () => {
    const statement = definitionsStatement('task_lock_task').replaceAll('$1', 'NULL');
    const plan = await database.query<{ 'QUERY PLAN': string }>(`EXPLAIN (ANALYZE, TIMING OFF) ${statement}`);
    const compared = plan.flatMap(
      (row) => /Removed by Join Filter: (\d+)/.exec(row['QUERY PLAN'])?.[1] ?? [],
    );
    expect(Math.max(0, ...compared.map(Number))).toBeLessThan(10 * TASKS);
  });

  /** `TASK_LOCK_MEASURE=1 npm test -- test/postgres/dashboard` prints it: a time that is no rule of a loaded machine. */
  if (process.env['TASK_LOCK_MEASURE'])
    test('is measured', async () => {
      const times: number[] = [];
      for (let nth = 1; nth <= 20; nth++) {
        const since = performance.now();
        await (await served.ask(`/task-lock?page=${nth}`)).text();
        times.push(performance.now() - since);
      }
      times.sort((one, other) => one - other);
      console.log(
        `list: median ${times[10]!.toFixed(0)} ms, longest ${times[19]!.toFixed(0)} ms of 20 pages`,
      );
    });

  test('weighs less than 60 KB a page', async () => {
    const page = await (await served.ask('/task-lock?page=2')).text();
    expect(page.match(/class="?strip\b/g)).toHaveLength(50);
    expect(Buffer.byteLength(page)).toBeLessThan(60_000);
  });
});

test('a ledger of 500 ticks gives way to others: its longest turn is a small part of all that it computes', async () => {
  const operator = served.application.get(TaskLockOperator);
  const name = 'shop/task-1000';
  await operator.ticks(name, { last: 500 });
  let [longest, turns, last] = [0, 0, performance.now()];
  const begun = last;
  let isOver = false;
  const look = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    turns++;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  const ticks = (await (
    await served.ask(`/task-lock/api/tasks/${encodeURIComponent(name)}/ticks?last=500`)
  ).json()) as unknown[];
  isOver = true;
  expect(ticks).toHaveLength(500);
  const all = last - begun;
  if (process.env['TASK_LOCK_MEASURE'])
    console.log(`500 ticks: longest turn ${longest.toFixed(1)} ms of ${all.toFixed(1)} ms in ${turns} turns`);
  expect(longest / all).toBeLessThan(0.7);
});

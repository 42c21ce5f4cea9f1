import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { PostgresOperatorStore } from '../../src/store/postgres/postgres-operator-store.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { planOf, STATEMENTS } from '../support/operator-tables.js';
import { TESTS_EVERYTHING } from '../support/tests-everything.js';

// Between two prunes a task can make as many. All tests look at one history, and the last one prunes it.
const MANY = TESTS_EVERYTHING ? 1_000_000 : 50_000;
const SECOND = 1_000;
const DAY = 86_400_000;
/** The tick of the newest run. */
const NEWEST = Math.floor(Date.now() / SECOND) * SECOND;

let database: TestDatabase;
let operator: PostgresOperatorStore;

/** The runs of a task, one a second, all with the same outcome. */
async function history(task: string, runs: number, outcome: string): Promise<void> {
  await database.query(
    `INSERT INTO task_lock_run
       (name, fence, task, tick, previous_tick, trigger, replica, started_at, finished_at, outcome)
     SELECT $1, nth, $1, tick, tick - interval '1 second', 'tick', 'replica-a', tick + interval '5 ms',
            tick + interval '300 ms', $3
     FROM generate_series(1, $2::int) AS nth, LATERAL (SELECT to_timestamp($4::float8 - $2 + nth) AS tick) AS due`,
    [task, runs, outcome, NEWEST / SECOND],
  );
}

beforeAll(async () => {
  database = await createDatabase();
  const dataSource = await database.connect();
  ({ operator } = new PostgresLockStore(() => dataSource, { table: 'task_lock', answerTimeout: 60_000 }));
  await history('big', MANY, 'failed');
  for (let nth = 1; nth <= 100; nth++) await history(`task ${nth}`, 100, 'succeeded');
  await database.query('VACUUM ANALYZE task_lock_run');
}, 120_000);
afterAll(() => database.drop());

test('the list reads no more than a thousand of them, and tells as many failures', async () => {
  const { scanned, runs, pages } = await planOf(database, STATEMENTS.recentOfAll, []);
  expect(scanned).toEqual([]);
  // The last run, the search for a success, the failures since, and the steps from name to name; of the others a few.
  expect(runs).toBeLessThan(2 * 1_000 + 100 * 10);
  expect(pages).toBeLessThan(3_000);
  expect(await operator.tasks(['big'])).toMatchObject([{ failuresInARow: 1_000, lastSuccessAt: undefined }]);
});

test.each([
  ['the newest ticks', 0, 20, 300],
  ['ticks of long ago', MANY / 2, 20, 6_000],
  ['as many ticks as a ledger has', MANY / 2, 500, 6_000],
])('the ledger of %s reads those runs, and few beside them', async (_, age, ticks, most) => {
  const to = NEWEST - age * SECOND;
  const search = { task: 'big', from: new Date(to - (ticks - 1) * SECOND), to: new Date(to) };
  const values = [search.task, search.from.toISOString(), search.to.toISOString()];
  const { scanned, runs } = await planOf(database, STATEMENTS.ledgerRuns, values);
  expect(scanned).toEqual([]);
  expect(runs).toBeLessThan(most);
  const facts = await operator.ledger(search);
  const known = facts.runs.map(({ tick }) => (tick!.getTime() - to) / SECOND);
  // One before and, if there is one, one after.
  const after = age > 0 ? 1 : 0;
  expect(known).toEqual(Array.from({ length: ticks + 1 + after }, (_, nth) => nth - ticks));
  expect(facts.historySince?.getTime()).toBe(NEWEST - (MANY - 1) * SECOND + 5);
});

test('a ledger with more runs than it reads has the newest, and says since when it knows them', async () => {
  const [from, to] = [NEWEST - 10_000 * SECOND, NEWEST - 1_000 * SECOND];
  const { runs, historySince } = await operator.ledger({
    task: 'big',
    from: new Date(from),
    to: new Date(to),
  });
  const ticks = runs.map(({ tick }) => tick!.getTime());
  expect(ticks.slice(1)).toEqual(
    Array.from({ length: ticks.length - 1 }, (_, nth) => ticks[1]! + nth * SECOND),
  );
  expect(ticks.at(-1)).toBe(to + SECOND);
  expect(ticks.length).toBeGreaterThan(5_000);
  expect(historySince?.getTime()).toBe(ticks[1]! + 5);
  expect(ticks[0]).toBeLessThan(from);
});

test('a prune of actions finds the oldest run in steps from task to task', async () => {
  await database.query(
    `INSERT INTO task_lock_action (name, action, by, at)
     SELECT name, action, 'ana', now() - interval '20 days'
     FROM unnest(ARRAY['*', 'big', 'task 7']) AS name, unnest(ARRAY['pause', 'resume', 'pause', 'resume']) AS action`,
  );
  const { scanned, runs } = await planOf(database, STATEMENTS.pruneActions, [14 * DAY]);
  expect(scanned.filter((table) => table === 'task_lock_run')).toEqual([]);
  expect(runs).toBeLessThan(3 * 101 + 3 * 4);
});

test('a prune of runs reads those that it removes and those that it keeps, by their place', async () => {
  const { scanned, runs } = await planOf(database, STATEMENTS.pruneRuns, [100, 1_000, 10, 14 * DAY]);
  expect(scanned).toEqual([]);
  expect(runs).toBeLessThan(2 * 5_000 + 101 * (100 + 10 + 3));
  const [left] = await database.query('SELECT count(*)::int FROM task_lock_run');
  expect(left).toEqual({ count: MANY + 10_000 - 5_000 });
});

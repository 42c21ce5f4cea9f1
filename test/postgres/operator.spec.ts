import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { TaskLockOperator } from '../../src/operate/task-lock-operator.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import type { DeclaredTask } from '../../src/store/operator-store.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { declaredTask, HOUR } from '../support/operated.js';
import { emptyAll } from '../support/operator-tables.js';

let database: TestDatabase;
let store: PostgresLockStore;
let operator: TaskLockOperator;
/** The last full hour by the database's clock, in epoch milliseconds. */
let hour: number;

beforeAll(async () => {
  database = await createDatabase();
  const dataSource = await database.connect();
  store = new PostgresLockStore(() => dataSource, { table: 'task_lock' });
  operator = new TaskLockOperator(store.operator);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await emptyAll(database);
  hour = Math.floor((await store.operator.now()).getTime() / HOUR) * HOUR;
});

const at = (hours: number): string => new Date(hour + hours * HOUR).toISOString();

/** Declares tasks as if that had been ten hours before the last full hour. */
async function declareTasks(tasks: readonly DeclaredTask[] = [declaredTask()]): Promise<void> {
  await store.operator.declare({ tasks, replica: 'app-1', version: '1.0.0' });
  await database.query(`UPDATE task_lock_task SET first_declared = '${at(-10)}'`);
}

/** Writes the row of the lock, by default of a run that ended at once. */
async function row(
  startedAt: string,
  lockedUntil: string,
  finishedAt: string | null = startedAt,
): Promise<void> {
  await database.query(
    `INSERT INTO task_lock (name, locked_until, started_at, finished_at, last_tick, fence, token, locked_by, outcome)
     VALUES ('clean-up', '${lockedUntil}', '${startedAt}', ${finishedAt === null ? 'NULL' : `'${finishedAt}'`},
             '${startedAt}', 99, gen_random_uuid(), 'app-1', '${finishedAt === null ? 'tick' : 'succeeded'}')`,
  );
}

/** Writes a run of a tick into the history, which ended after so many hours. */
async function recorded(
  tick: number,
  { previous = tick - 1, took = 0.01, isCall = false } = {},
): Promise<void> {
  await database.query(
    `INSERT INTO task_lock_run (name, fence, task, tick, previous_tick, next_due, trigger, replica, started_at, finished_at, outcome)
     VALUES ('clean-up', ${1_000 + Math.round(100 * tick)}, 'clean-up', ${isCall ? 'NULL, NULL' : `'${at(tick)}', '${at(previous)}'`},
             '${at(Math.floor(tick) + 1)}', '${isCall ? 'call' : 'tick'}', 'app-1', '${at(tick)}', '${at(tick + took)}', 'succeeded')`,
  );
}

async function fates(from: number): Promise<string[]> {
  return (await operator.ticks('clean-up', { from: at(from), to: at(0) })).map(({ state }) => state);
}

async function explained(name = 'clean-up'): Promise<string> {
  return (await operator.explain(name)).sentences.join('\n');
}

describe('on a database, an operator is told', () => {
  test('that a replica died', async () => {
    await declareTasks();
    await recorded(-1);
    await row(at(0), at(0), null);
    expect(await operator.task('clean-up')).toMatchObject({ state: 'died' });
    expect(await explained()).toContain(`'clean-up' died on app-1`);
    expect(await fates(-1)).toEqual(['ran', 'ran']);
  });

  test('that a run is in progress, and until when', async () => {
    await declareTasks();
    await recorded(-1);
    await row(at(0), at(2), null);
    expect(await operator.task('clean-up')).toMatchObject({ state: 'running', running: { fence: '99' } });
    expect(await explained()).toContain(`is running on app-1 since ${at(0)}`);
    expect(await fates(-1)).toEqual(['ran', 'running']);
  });

  test('that a minimum hold is not over', async () => {
    await declareTasks([declaredTask({ minHold: 2.9 * HOUR })]);
    await recorded(-2);
    await row(at(-2), at(1.5));
    expect(await operator.task('clean-up')).toMatchObject({ state: 'overdue' });
    expect(await explained()).toContain(`held until ${at(1.5)}`);
    expect(await fates(-2)).toEqual(['ran', 'not due', 'not due']);
  });

  test('that a task is paused, by whom and why', async () => {
    await declareTasks();
    await recorded(-1);
    await row(at(-1), at(-1));
    await operator.pause('clean-up', { by: 'ana', reason: 'the disk is full' });
    await database.query(`UPDATE task_lock_action SET at = '${at(-0.5)}'`);
    expect(await operator.task('clean-up')).toMatchObject({
      state: 'paused',
      paused: { by: 'ana', until: null },
    });
    expect(await explained()).toMatch(
      /is paused by ana since .* until somebody resumes it, "the disk is full"/,
    );
    expect(await fates(-1)).toEqual(['ran', 'paused']);
  });

  test('that a run was in the way', async () => {
    await declareTasks();
    await recorded(-2);
    await recorded(-1.5, { isCall: true, took: 1 });
    await recorded(0, { previous: -2 });
    await row(at(0), at(0.01));
    expect(await fates(-2)).toEqual(['ran', 'overlapped', 'ran']);
  });

  test('that ticks were missed in an outage, and that the task is overdue', async () => {
    await declareTasks();
    await recorded(-4);
    await recorded(-3, { previous: -4 });
    await row(at(-3), at(-3));
    expect(await operator.task('clean-up')).toMatchObject({ state: 'overdue', nextDue: at(-2) });
    expect(await explained()).toContain(`is overdue: it was due at ${at(-2)}`);
    expect((await fates(-4)).slice(0, 4)).toEqual(['ran', 'ran', 'missed', 'missed']);
  });

  test('that a tick ran without a record, and what lies before the history', async () => {
    await declareTasks();
    await recorded(-2, { previous: -3 });
    await recorded(0, { previous: -1 });
    await row(at(0), at(0.01));
    expect(await fates(-4)).toEqual(['unknown', 'ran, not recorded', 'ran', 'ran, not recorded', 'ran']);
  });

  test('that an application was rolled back: what the old code has is declared, and nothing was missed', async () => {
    await declareTasks([declaredTask(), declaredTask({ name: 'removed' })]);
    const newer = declaredTask({ schedule: '30 * * * *' });
    await store.operator.declare({ tasks: [newer], replica: 'app-2', version: '1.0.0' });
    expect(await operator.task('removed')).toMatchObject({ state: 'undeclared' });
    // The newer code was there from six hours before the last full hour until four hours before it.
    await database.query(
      `UPDATE task_lock_task SET first_declared = '${at(-6.2)}', last_declared = '${at(-4.2)}' WHERE declared_by = 'app-2'`,
    );
    const ticks = [-8, -7, -5.5, -4.5, -3, -2, -1, 0];
    for (const [nth, tick] of ticks.entries()) await recorded(tick, { previous: ticks[nth - 1] ?? -9 });
    await row(at(0), at(0.01));
    expect(await fates(-8)).toEqual(ticks.map(() => 'ran'));
    expect(await operator.task('clean-up')).toMatchObject({ state: 'idle', schedule: '0 * * * *' });
    expect(await operator.task('removed')).not.toMatchObject({ state: 'undeclared' });
    await expect(operator.forget('removed', { by: 'ana' })).rejects.toThrow('Remove it from the code first');
  });

  test('that no code declares a task any more', async () => {
    await declareTasks([declaredTask(), declaredTask({ name: 'old' })]);
    await store.operator.declare({ tasks: [declaredTask()], replica: 'app-2', version: '1.0.0' });
    expect(await operator.task('old')).toMatchObject({ state: 'undeclared', nextDue: null });
    expect(await explained('old')).toContain(`'old' is not declared since`);
    const { items } = await operator.tasks({ state: 'undeclared' });
    expect(items.map(({ name }) => name)).toEqual(['old']);
  });
});

import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { Fleet } from '../support/fleet.js';
import type { Replica } from '../support/fleet.js';

jest.setTimeout(120_000);

let database: TestDatabase;
let fleet: Fleet;

beforeAll(async () => {
  database = await createDatabase();
  await database.query('CREATE TABLE ended (token uuid)');
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.query('TRUNCATE task_lock, ended');
  fleet = new Fleet(database.url);
});
afterEach(() => fleet.end());

const starts = (replica: Replica, task: string) =>
  replica.journal().filter((line) => line.task === task && line.event === 'start');
const ends = (replica: Replica, task: string) =>
  replica.journal().filter((line) => line.task === task && line.event === 'end');
const row = async (name: string) => {
  const [found] = await database.query<{ open: boolean; whole: boolean; outcome: string | null }>(
    `SELECT finished_at IS NULL AS open, locked_until > started_at + interval '2.9 s' AS whole, outcome
     FROM task_lock WHERE name = $1`,
    [name],
  );
  return found!;
};

/** A file of another process has no event to wait for. */
async function until(condition: () => boolean): Promise<void> {
  const patience = Date.now() + 60_000;
  while (!condition()) {
    if (Date.now() > patience) throw new Error(`still waiting after a minute for ${String(condition)}`);
    await delay(20);
  }
}

/** Sends SIGTERM in the middle of a run, and waits until the process is gone. */
async function terminateDuring(task: string, environment: Record<string, string>): Promise<Replica> {
  const replica = await fleet.start({ environment });
  await until(() => starts(replica, task).length > 0);
  const gone = once(replica.process, 'exit');
  replica.process.kill('SIGTERM');
  expect(ends(replica, task)).toEqual([]);
  await gone;
  return replica;
}

test('SIGTERM in the middle of a run waits for it and releases its lock, before the database is closed', async () => {
  const replica = await terminateDuring('ends in the database', { DATABASE_BODY_MS: '2500' });
  expect(starts(replica, 'ends in the database')).toHaveLength(1);
  expect(ends(replica, 'ends in the database')).toHaveLength(1);
  expect(await database.query('SELECT token FROM ended')).toHaveLength(1);
  expect(await row('ends in the database')).toMatchObject({ open: false, outcome: 'succeeded' });
});

test('no run begins after SIGTERM, and another replica runs the next tick', async () => {
  const other = await fleet.start();
  const replica = await terminateDuring('long', { LONG_BODY_MS: '2500' });
  const [end] = ends(replica, 'long');
  const late = replica.journal().filter(({ event, at }) => event === 'start' && at > end!.at);
  expect(late).toEqual([]);
  const before = other.journal().length;
  await until(() => other.journal().length > before + 12);
});

test('a method that ignores the abort keeps its lock until its lease ends: it may still be at work', async () => {
  const environment = { LONG_BODY_MS: '60000', SHUTDOWN_TIMEOUT: '300ms' };
  const replica = await terminateDuring('long', environment);
  expect(ends(replica, 'long')).toEqual([]);
  expect(await row('long')).toEqual({ open: true, whole: true, outcome: 'tick' });
});

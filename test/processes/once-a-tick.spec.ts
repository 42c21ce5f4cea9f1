import { spawnSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { Fleet } from '../support/fleet.js';
import type { ReplicaOptions } from '../support/fleet.js';
import { expectEveryTickOnce, watch } from '../support/ticks.js';
import { until } from '../support/until.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
jest.setTimeout(3 * MINUTE);

let database: TestDatabase;
let fleet: Fleet;

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.query('TRUNCATE task_lock');
  fleet = new Fleet(database.url);
});
afterEach(() => fleet.end());

async function startAll(options: readonly ReplicaOptions[]): Promise<void> {
  await Promise.all(options.map((option) => fleet.start(option)));
}

describe('twenty replicas in processes of their own', () => {
  test('run each of 300 ticks exactly once, with clocks 2 s, 20 s and 5 min early and late, and lose none when an early one dies', async () => {
    const ahead = [2 * SECOND, -2 * SECOND, 20 * SECOND, -20 * SECOND, 5 * MINUTE, -5 * MINUTE];
    await startAll([
      ...ahead.map((clockAhead) => ({ clockAhead })),
      ...Array.from({ length: 14 }, () => ({})),
    ]);
    const early = fleet.replicas[2]!;
    const runs = await watch(fleet, 32, () => early.kill());
    expect(runs.size).toBeGreaterThanOrEqual(300);
    expectEveryTickOnce(runs);
    const replicas = new Set(fleet.journal().map(({ replica }) => replica));
    expect(replicas.size).toBeGreaterThan(1);
  });
});

const faketime = spawnSync('faketime', ['--version']).error === undefined;

(faketime ? test : test.skip)(
  'the same with a clock that faketime moves (skipped where it is not installed)',
  async () => {
    const through = ['faketime', '-f', '+8s'];
    const environment = { FAKETIME_DONT_FAKE_MONOTONIC: '1' };
    const ahead = await fleet.start({ through, environment });
    // Beside others it may win nothing: they are asked in time, and it has to ask twice.
    await until(() => ahead.journal().length > 0);
    await startAll([{}, {}]);
    expectEveryTickOnce(await watch(fleet, 10));
  },
);

test('the tick after the lease of a killed replica runs elsewhere', async () => {
  const environment = { LONG_BODY_MS: '60000' };
  const victim = await fleet.start({ environment });
  await until(() => victim.journal().some(({ task }) => task === 'long'));
  const other = await fleet.start({ environment: { LONG_BODY_MS: '1' } });
  const [before] = await database.query<{ until: Date }>(
    `SELECT locked_until AS until FROM task_lock WHERE name = 'long'`,
  );
  await victim.kill();
  const runsOf = () => other.journal().filter(({ task, event }) => task === 'long' && event === 'start');
  await until(() => runsOf().length > 0);
  const first = runsOf()[0]!;
  expect(first.tick).toBeGreaterThanOrEqual(before!.until.getTime() - SECOND);
  expect(first.at).toBeGreaterThanOrEqual(before!.until.getTime());
  expect(first.at - before!.until.getTime()).toBeLessThan(3 * SECOND);
});

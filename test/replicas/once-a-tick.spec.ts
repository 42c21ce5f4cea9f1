import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { Fleet } from '../support/fleet.js';
import type { ReplicaOptions } from '../support/fleet.js';
import { BODIES, COPIES } from './app/tasks.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const TASKS = BODIES.flatMap((body) =>
  Array.from({ length: COPIES }, (_, copy) => `body ${body} ms, ${copy + 1}`),
);

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

/** How often each tick of each task ran, of the ticks between two instants. */
function runsPerTick(from: number, to: number): Map<string, number> {
  const runs = new Map<string, number>();
  for (const task of TASKS) {
    for (let tick = from; tick < to; tick += SECOND)
      runs.set(`${task} at ${new Date(tick).toISOString()}`, 0);
  }
  for (const { event, task, tick } of fleet.journal()) {
    const key = `${task} at ${new Date(tick ?? NaN).toISOString()}`;
    if (event === 'start' && runs.has(key)) runs.set(key, runs.get(key)! + 1);
  }
  return runs;
}

/** Lets the schedule run for whole seconds, and a moment longer so that the last tick's runs are written down. */
async function watch(
  seconds: number,
  halfWay: () => Promise<void> = async () => {},
): Promise<Map<string, number>> {
  const from = Math.ceil((Date.now() + SECOND) / SECOND) * SECOND;
  const to = from + seconds * SECOND;
  await delay(from + (seconds / 2 + 0.5) * SECOND - Date.now());
  await halfWay();
  await delay(to + SECOND - Date.now());
  await fleet.stop();
  return runsPerTick(from, to);
}

/** Looks at the journals until they say it; a file of another process has no event to wait for. */
async function until(condition: () => boolean): Promise<void> {
  const patience = Date.now() + MINUTE;
  while (!condition()) {
    if (Date.now() > patience) throw new Error(`still waiting after a minute for ${String(condition)}`);
    await delay(50);
  }
}

function expectEveryTickOnce(runs: Map<string, number>): void {
  const wrong = [...runs].filter(([, count]) => count !== 1).map(([tick, count]) => `${tick}: ${count} runs`);
  expect(wrong).toEqual([]);
}

async function startAll(options: readonly ReplicaOptions[]): Promise<void> {
  for (const option of options) await fleet.start(option);
}

describe('twenty replicas in processes of their own', () => {
  test('run every one of 300 ticks exactly once, with bodies of 0, 50 and 200 ms', async () => {
    await startAll(Array.from({ length: 20 }, () => ({})));
    const runs = await watch(25);
    expect(runs.size).toBe(300);
    expectEveryTickOnce(runs);
    const replicas = new Set(fleet.journal().map(({ replica }) => replica));
    expect(replicas.size).toBeGreaterThan(1);
  });

  test('run every tick once with clocks 2 s, 20 s and 5 min early and late, and lose none when an early one dies', async () => {
    const ahead = [2 * SECOND, -2 * SECOND, 20 * SECOND, -20 * SECOND, 5 * MINUTE, -5 * MINUTE];
    await startAll([
      ...ahead.map((clockAhead) => ({ clockAhead })),
      ...Array.from({ length: 14 }, () => ({})),
    ]);
    const early = fleet.replicas[2]!;
    const runs = await watch(46, () => early.kill());
    expect(runs.size).toBeGreaterThanOrEqual(300);
    expectEveryTickOnce(runs);
  });
});

const faketime = spawnSync('faketime', ['--version']).error === undefined;

(faketime ? test : test.skip)(
  'the same with a clock that faketime moves (skipped where it is not installed)',
  async () => {
    const through = ['faketime', '-f', '+20s'];
    const environment = { FAKETIME_DONT_FAKE_MONOTONIC: '1' };
    await startAll([{ through, environment }, {}, {}]);
    expectEveryTickOnce(await watch(25));
    expect(fleet.replicas[0]!.journal().length).toBeGreaterThan(0);
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

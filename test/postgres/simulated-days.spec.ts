import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Cron, Interval } from '@nestjs/schedule';
import type { LockStore } from '../../src/store/lock-store.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { currentTaskRun } from '../../src/calls/call-context.js';
import { TaskLock } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { asSimulatedReplica } from '../support/simulated-replica.js';
import { TESTS_EVERYTHING } from '../support/tests-everything.js';
import { connectTravelling, freezeClock, installTravellingClock } from '../support/travelling-clock.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const START = Date.parse('2026-03-01T00:00:00Z');

class Jobs {
  readonly runs: Date[] = [];

  @Cron('0 * * * *', { timeZone: 'UTC' })
  @TaskLock('polled hourly, runs daily', '24h')
  async daily(): Promise<void> {
    this.runs.push(currentTaskRun()!.scheduledTime!);
  }

  @Cron('0 * * * *', { timeZone: 'UTC' })
  @TaskLock('configured', '${refresh.every:24h}')
  async configured(): Promise<void> {
    this.runs.push(currentTaskRun()!.scheduledTime!);
  }

  @Interval(MINUTE)
  @TaskLock('each minute')
  async eachMinute(): Promise<void> {
    this.runs.push(currentTaskRun()!.scheduledTime!);
  }
}

/** Thirty days are two thousand claims and as many questions to cron: for `npm run test:all`. */
const DAYS = TESTS_EVERYTHING ? 30 : 5;

jest.setTimeout(3 * MINUTE);

let database: TestDatabase;
let postgres: LockStore;
let now = START;

beforeAll(async () => {
  database = await createDatabase();
  await installTravellingClock(database);
  const dataSource = await connectTravelling(database);
  postgres = new PostgresLockStore(() => dataSource, { table: 'task_lock' });
});
afterAll(() => database.drop());

const stores = [
  {
    kind: 'in memory',
    fresh: async () => new InMemoryLockStore(() => now),
    moveTo: async (instant: number) => void (now = instant),
  },
  {
    kind: 'in Postgres',
    fresh: async () => {
      await database.query('TRUNCATE task_lock');
      return postgres;
    },
    moveTo: async (instant: number) => {
      now = instant;
      await freezeClock(database, instant);
    },
  },
];

describe.each(stores)('with locks $kind', ({ fresh, moveTo }) => {
  let store: LockStore;

  beforeEach(async () => {
    await moveTo(START);
    store = await fresh();
  });

  test(`a task that is polled hourly and runs daily runs ${DAYS} times in ${DAYS} days, at the same hour`, async () => {
    const replicas = [new Jobs(), new Jobs()].map((jobs) =>
      asSimulatedReplica(jobs, { store, now: () => now }),
    );
    for (let hour = 0; hour < DAYS * 24; hour++) {
      await moveTo(START + hour * HOUR + 20);
      for (const jobs of replicas) await jobs.daily();
    }
    const ticks = replicas.flatMap(({ runs }) => runs).sort((a, b) => a.getTime() - b.getTime());
    expect(ticks).toEqual(Array.from({ length: DAYS }, (_, day) => new Date(START + day * 24 * HOUR)));
  });

  test('an interval that the environment lowers from 24h to 1h takes effect at the next tick', async () => {
    const before = asSimulatedReplica(new Jobs(), { store, now: () => now });
    await before.configured();
    await moveTo(START + HOUR);
    await before.configured();
    expect(before.runs).toEqual([new Date(START)]);
    await moveTo(START + 2 * HOUR);
    const environment = { REFRESH_EVERY: '1h' };
    const after = asSimulatedReplica(new Jobs(), { store, now: () => now, environment });
    await after.configured();
    expect(after.runs).toEqual([new Date(START + 2 * HOUR)]);
  });

  test('200 replicas with timers of their own run an @Interval once an interval', async () => {
    const intervals = 5;
    // Each replica's timer has a phase of its own, spread over the interval.
    const replicas = Array.from({ length: 200 }, (_, index) => ({
      phase: ((index * 7_919) % 200) * (MINUTE / 200),
      jobs: asSimulatedReplica(new Jobs(), { store, now: () => now }),
    })).sort((a, b) => a.phase - b.phase);
    for (let interval = 0; interval < intervals; interval++) {
      for (const { phase, jobs } of replicas) {
        await moveTo(START + interval * MINUTE + phase);
        await jobs.eachMinute();
      }
    }
    const ticks = replicas.flatMap(({ jobs }) => jobs.runs).sort((a, b) => a.getTime() - b.getTime());
    // The last one is the tick of the interval that begins at the end: it can be claimed a tenth before.
    expect(ticks).toEqual(
      Array.from({ length: intervals + 1 }, (_, index) => new Date(START + index * MINUTE)),
    );
  });
});

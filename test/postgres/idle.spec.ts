import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron, Interval } from '@nestjs/schedule';
import type pg from 'pg';
import type { DataSource } from 'typeorm';
import { TaskLock } from '../../src/index.js';
import { closeApplicationsAfterEach, startApplication, YEARLY } from '../support/application.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { settled } from '../support/fake-clock.js';
import { Gate } from '../support/gate.js';
import { STATEMENTS } from '../support/operator-tables.js';
import { queriesDuring } from '../support/observe-queries.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

@Injectable()
class Jobs {
  readonly ran = new Gate();

  @Cron(YEARLY)
  @TaskLock('yearly', undefined, { recover: true })
  async yearly(): Promise<void> {}

  @Interval(15 * MINUTE)
  @TaskLock('now and then', undefined, { recover: true })
  async nowAndThen(): Promise<void> {
    this.ran.open();
  }

  @TaskLock('called')
  async called(): Promise<void> {}
}

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});
closeApplicationsAfterEach();

/** Until no connection of the application waits for an answer. */
async function answered({ driver }: DataSource): Promise<void> {
  const { master: pool } = driver as unknown as { master: pg.Pool };
  // What follows an answer may send the next statement.
  for (let quiet = 0; quiet < 3; quiet++) {
    await settled();
    if (pool.waitingCount > 0 || pool.idleCount < pool.totalCount) quiet = -1;
  }
}

async function pass(minutes: number, dataSource: DataSource): Promise<void> {
  // A longer step would pass over the time in which an answer must come.
  for (let passed = 0; passed < minutes * MINUTE; passed += SECOND) {
    jest.advanceTimersByTime(SECOND);
    await answered(dataSource);
  }
}

/** What a start does for operators, a second after it. */
async function declared(dataSource: DataSource): Promise<void> {
  jest.advanceTimersByTime(1_000);
  while ((await database.query('SELECT FROM task_lock_task')).length === 0) await settled();
  await answered(dataSource);
}

test('an application whose tasks are not due, and that looks for no triggers, sends its heartbeats only', async () => {
  // The history is pruned at an instant of the first hour.
  jest.spyOn(Math, 'random').mockReturnValue(0.9);
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  // Connecting anew would take longer than the simulated time.
  const dataSource = await database.connect({ extra: { idleTimeoutMillis: 0 } });
  const application = await startApplication({
    providers: [Jobs],
    options: { store: undefined, dataSource, operatorPolling: false },
  });
  const jobs = application.get(Jobs);
  await jobs.called();
  await declared(dataSource);
  // The clock of the database stands still: no heartbeat is due, as where another replica has sent it.
  const idle = await queriesDuring(() => pass(10, dataSource));
  expect(idle.map(({ text }) => text)).toEqual([STATEMENTS.outdated, STATEMENTS.outdated]);
  const atTheTick = await queriesDuring(async () => {
    await pass(5, dataSource);
    await jobs.ran.opened;
    // Its release, too: nothing may wait for a simulated timer when the clock is the real one again.
    await pass(1, dataSource);
  });
  expect(atTheTick).not.toEqual([]);
});

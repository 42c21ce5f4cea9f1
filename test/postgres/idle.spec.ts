import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron, Interval } from '@nestjs/schedule';
import { TaskLock } from '../../src/index.js';
import { closeApplicationsAfterEach, startApplication, YEARLY } from '../support/application.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { settled } from '../support/fake-clock.js';
import { Gate } from '../support/gate.js';
import { queriesDuring } from '../support/observe-queries.js';

const MINUTE = 60_000;

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
closeApplicationsAfterEach();
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

async function pass(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    jest.advanceTimersByTime(MINUTE);
    await settled();
  }
}

/** What a start does for operators, a second after it. */
async function declared(): Promise<void> {
  jest.advanceTimersByTime(1_000);
  while ((await database.query('SELECT FROM task_lock_task')).length === 0) await settled();
  await settled();
}

test('an application whose tasks are not due, and that looks for no triggers, sends no query', async () => {
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
  await declared();
  expect(await queriesDuring(() => pass(10))).toEqual([]);
  const atTheTick = await queriesDuring(async () => {
    await pass(5);
    await jobs.ran.opened;
  });
  expect(atTheTick).not.toEqual([]);
});

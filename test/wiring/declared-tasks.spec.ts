import { describe, expect, test } from '@jest/globals';
import { Injectable, Module, Scope } from '@nestjs/common';
import type { OnApplicationBootstrap } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { Cron, Interval, SchedulerRegistry, Timeout } from '@nestjs/schedule';
import { CronTime } from 'cron';
import { DateTime } from 'luxon';
import { LockStoreUnavailableError, TaskCron, TaskLock } from '../../src/index.js';
import type { TaskLockModuleOptions } from '../../src/index.js';
import type { DeclaredTask } from '../../src/store/operator-store.js';
import { closeApplicationsAfterEach, startApplication } from '../support/application.js';
import type { ApplicationUnderTest } from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import { FakeClock } from '../support/fake-clock.js';
import { declaringStore } from '../support/operated-store.js';

closeApplicationsAfterEach();

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NIGHTLY = '0 3 * * *';
const NEXT_YEAR = new Date(Date.now() + 365 * 24 * HOUR);

@Injectable()
class Jobs {
  @Cron(NIGHTLY, { name: 'nightly job', timeZone: 'Europe/Paris' })
  @TaskLock('nightly', undefined, { minHold: '20h', maxHold: '2d' })
  async nightly() {}

  @Cron(NIGHTLY, { utcOffset: 120 })
  @TaskLock('by offset')
  async byOffset() {}

  @Cron(NIGHTLY, { utcOffset: -210 })
  @TaskLock('by half an hour')
  async byHalfAnHour() {}

  @Cron(NIGHTLY)
  @TaskLock('by the machine')
  async byTheMachine() {}

  @TaskCron(NIGHTLY, 'task cron', { timeZone: '${zone:Asia/Tokyo}' })
  async taskCron() {}

  @Cron(NEXT_YEAR)
  @TaskLock('once', '1d')
  async once() {}

  @Interval(60_000)
  @TaskLock('each minute')
  async eachMinute() {}

  @Interval(6 * HOUR)
  @TaskLock('each six hours')
  async eachSixHours() {}

  @Timeout(HOUR)
  @TaskLock('after the start', '1h')
  async afterTheStart() {}

  @TaskLock('only called')
  async onlyCalled() {}

  @TaskLock('of a key', undefined, { key: (id: number) => id })
  async ofAKey(id: number) {
    return id;
  }

  @Cron(NIGHTLY, { timeZone: 'UTC', disabled: true })
  @TaskLock('disabled', undefined, { when: () => true })
  async disabled() {}
}

@Injectable({ scope: Scope.REQUEST })
class JobsOfARequest {
  @Cron(NIGHTLY, { timeZone: 'UTC' })
  @TaskLock('never fired')
  async neverFired() {}
}

async function start(application: ApplicationUnderTest = {}, options: TaskLockModuleOptions = {}) {
  const kept = declaringStore();
  const log = new CapturedLog();
  const clock = new FakeClock(Date.now());
  const module = await startApplication({
    providers: [Jobs],
    logger: log,
    clock,
    ...application,
    options: { store: kept.store, ...options },
  });
  return { ...kept, log, clock, module };
}

/** What a replica that has started declares of its tasks, by their names. */
async function declaredBy(application?: ApplicationUnderTest): Promise<Map<string, DeclaredTask>> {
  const { clock, declarations, module } = await start(application);
  await clock.advance(MINUTE);
  await module.close();
  return new Map(declarations[0]!.tasks.map((task) => [task.name, task]));
}

describe('each task is declared', () => {
  test('with its method, its schedule, its interval and its holds', async () => {
    const tasks = await declaredBy();
    expect(tasks.get('nightly')).toEqual({
      name: 'nightly',
      member: 'Jobs.nightly',
      schedule: NIGHTLY,
      timeZone: 'Europe/Paris',
      interval: 24 * HOUR,
      minHold: 20 * HOUR,
      maxHold: 48 * HOUR,
      lease: MINUTE,
      isScheduled: true,
      isConditional: false,
      isDisabled: false,
      isKeyed: false,
      isPolled: true,
    });
    expect(tasks.size).toBe(12);
  });

  test.each<[task: string, schedule: string | undefined, isScheduled: boolean]>([
    ['by the machine', NIGHTLY, true],
    ['task cron', NIGHTLY, true],
    ['once', NEXT_YEAR.toISOString(), true],
    ['each minute', 'every 60s', false],
    ['each six hours', 'every 6h', false],
    ['after the start', undefined, false],
    ['only called', undefined, false],
  ])('"%s" with the schedule %s', async (name, schedule, isScheduled) => {
    expect((await declaredBy()).get(name)).toMatchObject({ schedule, isScheduled, isDisabled: false });
  });

  test('with the zone as it resolved, which luxon reads, or that of the machine', async () => {
    const tasks = await declaredBy();
    const zoneOf = (name: string) => tasks.get(name)?.timeZone;
    expect(zoneOf('by offset')).toBe('UTC+02:00');
    expect(zoneOf('by half an hour')).toBe('UTC-03:30');
    expect(zoneOf('task cron')).toBe('Asia/Tokyo');
    expect(zoneOf('by the machine')).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
    for (const name of ['once', 'each minute', 'only called']) expect(zoneOf(name)).toBeUndefined();
    expect(DateTime.fromMillis(0, { zone: zoneOf('by half an hour') }).offset).toBe(-210);
  });

  test('with whether it has keys, is conditional or disabled', async () => {
    const tasks = await declaredBy();
    expect(tasks.get('of a key')).toMatchObject({ isKeyed: true, isConditional: false });
    expect(tasks.get('disabled')).toMatchObject({ isKeyed: false, isConditional: true, isDisabled: true });
  });

  test('as disabled where nothing fires its schedule', async () => {
    const tasks = await declaredBy({ providers: [JobsOfARequest] });
    expect(tasks.get('never fired')).toMatchObject({ member: 'JobsOfARequest.neverFired', isDisabled: true });
  });

  test('by its name in the tables, with the application before it', async () => {
    const { clock, declarations } = await start({}, { application: 'shop', replicaId: 'pod-1' });
    await clock.advance(MINUTE);
    expect(declarations[0]).toMatchObject({ application: 'shop', replica: 'pod-1' });
    expect(declarations[0]!.tasks.map(({ name }) => name)).toContain('shop/nightly');
  });
});

describe('tasks are declared', () => {
  test('after the start: what other modules do when they start comes first', async () => {
    let seen = NaN;
    const { store, declarations } = declaringStore();
    @Injectable()
    class SlowToStart implements OnApplicationBootstrap {
      async onApplicationBootstrap() {
        await new Promise((resolve) => setTimeout(resolve, 20));
        seen = declarations.length;
      }
    }
    const { clock } = await start({ providers: [Jobs, SlowToStart] }, { store });
    expect(seen).toBe(0);
    expect(declarations).toEqual([]);
    await clock.advance(MINUTE);
    expect(declarations).toHaveLength(1);
  });

  test('after an outage that began before the start', async () => {
    const { clock, declarations, fail, log } = await start();
    fail(new LockStoreUnavailableError('connection refused', false));
    // It is retried within 75 seconds, and refreshed four minutes later.
    await clock.advance(4 * MINUTE);
    expect(declarations).toHaveLength(1);
    expect(log.warnings).toEqual(['The tasks could not be declared, which is retried: connection refused']);
  });

  test('never where a table is missing: the application starts, with one error line', async () => {
    const { clock, declarations, lack, log } = await start();
    lack('the table task_lock_task is missing');
    await clock.advance(24 * HOUR);
    expect(declarations).toEqual([]);
    expect(log.errors).toEqual([
      'Tasks are locked, and nothing is recorded or steered until the next start of this replica: ' +
        'the table task_lock_task is missing',
    ]);
  });

  test('never with history: false, nor with enabled: false', async () => {
    for (const options of [{ history: false }, { enabled: false }]) {
      const { clock, declarations, module } = await start({}, options);
      await clock.advance(24 * HOUR);
      await module.close();
      expect(declarations).toEqual([]);
    }
  });

  test('anew where a schedule was changed at run time', async () => {
    const { clock, declarations, module } = await start();
    await clock.advance(MINUTE);
    const job = module.get(SchedulerRegistry).getCronJob('nightly job');
    job.setTime(new CronTime('0 4 * * *', 'UTC'));
    await clock.advance(2 * MINUTE);
    expect(declarations).toHaveLength(2);
    expect(declarations[1]!.tasks.find(({ name }) => name === 'nightly')).toMatchObject({
      schedule: '0 4 * * *',
      timeZone: 'UTC',
    });
  });

  test('anew where a module was loaded later', async () => {
    const { clock, declarations, module } = await start({ providers: [] });
    await clock.advance(MINUTE);
    @Module({ providers: [Jobs] })
    class LoadedLater {}
    await module.get(LazyModuleLoader).load(() => LoadedLater);
    await clock.advance(2 * MINUTE);
    expect(declarations.map(({ tasks }) => tasks.length)).toEqual([0, 12]);
  });

  test('no more after a shutdown', async () => {
    const { clock, declarations, module } = await start();
    await module.close();
    await clock.advance(24 * HOUR);
    expect(declarations).toEqual([]);
  });
});

test('a store that keeps nothing for operators starts as it always did', async () => {
  const log = new CapturedLog();
  await startApplication({ providers: [Jobs], logger: log });
  expect([...log.errors, ...log.warnings]).toEqual([]);
});

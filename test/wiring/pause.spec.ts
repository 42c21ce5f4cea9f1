import { describe, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { TaskLock, TaskLockUnavailableError } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { closeApplicationsAfterEach, THIS_JANUARY, YEARLY } from '../support/application.js';
import { aClaim } from '../support/claims.js';
import { startJobs } from '../support/jobs.js';
import { Journal } from '../support/journal.js';
import { until } from '../support/until.js';

closeApplicationsAfterEach();

@Injectable()
class Jobs {
  constructor(private readonly journal: Journal) {}

  @Cron(YEARLY, { name: 'report', timeZone: 'UTC' })
  @TaskLock('report', undefined, { recover: true })
  async report(): Promise<string> {
    return this.write();
  }

  @TaskLock('throwing', undefined, { overlap: 'throw' })
  async throwing(): Promise<string> {
    return this.write();
  }

  @TaskLock('waiting', undefined, { overlap: 'wait', waitTimeout: '1h' })
  async waiting(): Promise<string> {
    return this.write();
  }

  @TaskLock('buffered', undefined, { overlap: 'bufferOne' })
  async buffered(): Promise<string> {
    return this.write();
  }

  @TaskLock('debounced', undefined, { debounce: { delay: 1 } })
  async debounced(): Promise<string> {
    return this.write();
  }

  private write(): string {
    this.journal.write();
    return 'done';
  }
}

const BY_ANN = { by: 'ann', reason: 'the mail server is down' };

async function start(store = new InMemoryLockStore(), paused = '*') {
  await store.operator.pause(paused, undefined, BY_ANN);
  const started = await startJobs(Jobs, { store, pollingInterval: 100, lease: 200 });
  return { ...started, resume: () => store.operator.resume(paused, BY_ANN) };
}

describe('while a task is paused', () => {
  test('its tick does not run, and a direct call answers undefined', async () => {
    const { jobs, journal, fireTick, resume } = await start();
    await fireTick('report');
    expect(await jobs.report()).toBeUndefined();
    expect(journal.of()).toEqual([]);
    await resume();
    expect(await jobs.report()).toBe('done');
  });

  test('TaskLockService.run is told so', async () => {
    const { service } = await start();
    expect(await service.run('report', () => 'work')).toEqual({ status: 'skipped', reason: 'paused' });
  });

  test('others run, where it alone is paused', async () => {
    const { jobs } = await start(new InMemoryLockStore(), 'report');
    expect(await jobs.throwing()).toBe('done');
    expect(await jobs.report()).toBeUndefined();
  });

  test.each(['throwing', 'waiting'] as const)('a call that is %s is told at once', async (method) => {
    const { jobs } = await start();
    const error: unknown = await jobs[method]().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TaskLockUnavailableError);
    expect(error).toMatchObject({ task: method, reason: 'paused' });
    expect(String(error)).toContain(
      `The lock of the task "${method}" could not be claimed: an operator has paused the task. The method did not run.`,
    );
  });

  test.each(['buffered', 'debounced'] as const)(
    'a call that is %s leaves a request, which runs afterwards',
    async (method) => {
      const { jobs, store, journal, resume } = await start();
      expect(await jobs[method]()).toBeUndefined();
      expect(store.requests.all()).toMatchObject([{ name: method, attempts: 0 }]);
      expect(journal.of()).toEqual([]);
      await resume();
      await journal.atLeast(1, method);
      await until(() => store.requests.all().length === 0);
    },
  );
});

test('the tick that a dead run left behind is recovered once the pause is over', async () => {
  const store = new InMemoryLockStore();
  const tick = { kind: 'scheduled', scheduledTime: new Date(THIS_JANUARY) } as const;
  await store.claim([aClaim({ name: 'report', task: 'report', tick, lease: 0, minHold: 0, recover: true })]);
  const { journal, fireTick, resume } = await start(store);
  await fireTick('report');
  expect(journal.of()).toEqual([]);
  await resume();
  expect((await journal.first('report')).recovering).toBe(true);
});

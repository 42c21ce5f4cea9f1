import { describe, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { TaskLock } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { closeApplicationsAfterEach, THIS_JANUARY, YEARLY } from '../support/application.js';
import { aClaim } from '../support/claims.js';
import { startJobs } from '../support/jobs.js';
import { until } from '../support/until.js';

closeApplicationsAfterEach();

@Injectable()
class Jobs {
  work: () => unknown = () => 'done';

  @Cron(YEARLY, { name: 'report', timeZone: 'UTC' })
  @TaskLock('report')
  async report(): Promise<unknown> {
    return this.work();
  }

  @TaskLock('export', undefined, { key: (course: number) => course })
  async export(course: number): Promise<unknown> {
    return [course, this.work()];
  }
}

async function start(options: Parameters<typeof startJobs>[1] = {}) {
  const { store, jobs, fireTick } = await startJobs(Jobs, options);
  return { jobs, fireTick, runsOf: (task: string) => store.operator.runs({ task, limit: 10 }) };
}

const fail = (): never => {
  throw new Error('password=abc');
};

describe('the history', () => {
  test('has a tick with the tick after it, and a direct call without one', async () => {
    const { jobs, fireTick, runsOf } = await start({ replicaId: 'web-1' });
    await fireTick('report');
    await jobs.report();
    const nextDue = new Date(Date.UTC(new Date(THIS_JANUARY).getUTCFullYear() + 1, 0, 1));
    const tick = new Date(THIS_JANUARY);
    const [call, ticked] = await runsOf('report');
    expect(ticked).toMatchObject({ trigger: 'tick', tick, nextDue, outcome: 'succeeded', replica: 'web-1' });
    expect(call).toMatchObject({ trigger: 'call', previousTick: tick, nextDue, outcome: 'succeeded' });
    expect(call!.tick).toBeUndefined();
  });

  test('has the key of a call, and names task and lock', async () => {
    const { jobs, runsOf } = await start();
    await jobs.export(7);
    expect(await runsOf('export')).toMatchObject([{ task: 'export', key: '7', name: 'export:7' }]);
  });

  test('has the error of a run that failed as the application may keep it', async () => {
    const { jobs, runsOf } = await start({ redactError: (error) => error.replace('abc', '…') });
    jobs.work = fail;
    await expect(jobs.report()).rejects.toThrow('password=abc');
    expect(await runsOf('report')).toMatchObject([{ outcome: 'failed', error: 'Error: password=…' }]);
  });

  test('has nothing where it is off', async () => {
    const { jobs, runsOf } = await start({ history: false });
    expect(await jobs.report()).toBe('done');
    expect(await runsOf('report')).toEqual([]);
  });

  test.each([
    ['tick', new Date(THIS_JANUARY)],
    ['call', undefined],
  ] as const)('has a %s whose replica died, once another run begins', async (trigger, tick) => {
    const store = new InMemoryLockStore();
    const ofTick = { kind: 'scheduled', scheduledTime: new Date(THIS_JANUARY) } as const;
    const dead = aClaim({
      name: 'report',
      task: 'report',
      tick: trigger === 'tick' ? ofTick : { kind: 'call' },
      trigger,
      lease: 0,
      minHold: 0,
    });
    await store.claim([dead]);
    const { jobs, runsOf } = await start({ store });
    await jobs.report();
    await until(async () => (await runsOf('report')).length === 2);
    const died = (await runsOf('report')).find(({ outcome }) => outcome === 'died');
    expect(died).toMatchObject({ trigger, replica: 'replica-a', task: 'report' });
    expect(died!.tick).toEqual(tick);
  });
});

import { describe, expect, test } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { currentTaskRun } from '../../src/calls/call-context.js';
import { TaskLock, TaskLockLostError, TaskLockService } from '../../src/index.js';
import type { TaskLockModuleOptions, TaskRun } from '../../src/index.js';
import { attachTaskLock, InMemoryLockStore } from '../../src/testing/index.js';
import {
  closeApplicationsAfterEach,
  fireTick,
  startApplication,
  THIS_JANUARY,
  YEARLY,
} from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';

closeApplicationsAfterEach();

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

@Injectable()
class Jobs {
  readonly runs: (TaskRun | undefined)[] = [];

  @Cron(YEARLY, { name: 'yearly', timeZone: 'UTC' })
  @TaskLock('yearly')
  async yearly(): Promise<TaskRun | undefined> {
    this.runs.push(currentTaskRun());
    currentTaskRun()?.assertHeld();
    await setImmediate();
    await Promise.all([1, 2].map(async () => this.runs.push(currentTaskRun())));
    return new Promise((resolve) => setTimeout(() => resolve(currentTaskRun()), 1));
  }
}

async function startJobs(options: TaskLockModuleOptions = {}) {
  const application = await startApplication({ providers: [Jobs], options, logger: new CapturedLog() });
  return { application, jobs: application.get(Jobs), locks: application.get(TaskLockService) };
}

describe('the current run', () => {
  test('has all its fields in a tick', async () => {
    const store = new InMemoryLockStore();
    const { application, jobs } = await startJobs({ store });
    const before = Date.now();
    await fireTick(application, 'yearly');
    const [run] = jobs.runs;
    expect(run!.name).toBe('yearly');
    expect(run!.token).toMatch(UUID);
    expect(run!.scheduledTime).toEqual(new Date(THIS_JANUARY));
    expect(run!.startedAt.getTime()).toBeGreaterThanOrEqual(before);
    expect(run!.startedAt.getTime()).toBeLessThanOrEqual(Date.now());
    expect(run!.signal).toBeInstanceOf(AbortSignal);
    expect(run!.signal.aborted).toBe(false);
    expect(run!.fence).toBe(store.row('yearly')?.fence);
  });

  test('has no scheduled time in a direct call', async () => {
    const { jobs } = await startJobs();
    expect((await jobs.yearly())!.scheduledTime).toBeUndefined();
  });

  test('follows the code through awaits, timers and parallel work', async () => {
    const { jobs } = await startJobs();
    const last = await jobs.yearly();
    expect(jobs.runs).toHaveLength(3);
    expect(new Set([...jobs.runs, last]).size).toBe(1);
    expect(last).toBeDefined();
  });

  test('is none outside of a run', async () => {
    const { jobs } = await startJobs();
    expect(currentTaskRun()).toBeUndefined();
    await jobs.yearly();
    expect(currentTaskRun()).toBeUndefined();
  });

  test('is what TaskLockService.run hands to its work', async () => {
    const { locks } = await startJobs();
    const same = await locks.run({ name: 'ad hoc' }, async (run) => {
      await setImmediate();
      return run === currentTaskRun();
    });
    expect(same).toEqual({ status: 'executed', value: true });
  });

  test('has a fence that grows with every run, as a bigint', async () => {
    const { jobs } = await startJobs();
    const fences = [(await jobs.yearly())!.fence, (await jobs.yearly())!.fence, (await jobs.yearly())!.fence];
    expect(fences.map((fence) => typeof fence)).toEqual(['bigint', 'bigint', 'bigint']);
    expect(fences[1]! > fences[0]! && fences[2]! > fences[1]!).toBe(true);
  });

  test('can be written down as JSON, with the fence as a text', async () => {
    const { application, jobs } = await startJobs();
    await fireTick(application, 'yearly');
    const run = jobs.runs[0]!;
    expect(JSON.parse(JSON.stringify({ run }))).toEqual({
      run: {
        name: 'yearly',
        fence: String(run.fence),
        token: run.token,
        scheduledTime: new Date(THIS_JANUARY).toISOString(),
        startedAt: run.startedAt.toISOString(),
        recovering: false,
      },
    });
  });

  test('says that it is held, until its maximum hold is over: then its signal aborts', async () => {
    const { locks } = await startJobs();
    const result = await locks.run({ name: 'ad hoc', maxHold: 200 }, async (run) => {
      run.assertHeld();
      await new Promise((resolve) => run.signal.addEventListener('abort', resolve));
      expect(() => run.assertHeld()).toThrow(TaskLockLostError);
      return run.signal.reason as unknown;
    });
    expect(result).toMatchObject({ value: { task: 'ad hoc', reason: 'maximum hold' } });
  });
});

describe('the current run exists', () => {
  function assertComplete(run: TaskRun | undefined): void {
    expect(run).toMatchObject({
      name: 'yearly',
      startedAt: expect.any(Date),
      signal: expect.any(AbortSignal),
    });
    expect(run!.token).toMatch(UUID);
    expect(run!.fence).toBeGreaterThan(0n);
  }

  test('with enabled: false, where runs exclude nobody', async () => {
    const { application, jobs } = await startJobs({ enabled: false, store: undefined });
    const [one, other] = await Promise.all([jobs.yearly(), jobs.yearly()]);
    assertComplete(one);
    assertComplete(other);
    expect(other!.token).not.toBe(one!.token);
    expect(other!.fence).not.toBe(one!.fence);
    jobs.runs.length = 0;
    await fireTick(application, 'yearly');
    expect(jobs.runs[0]?.scheduledTime).toEqual(new Date(THIS_JANUARY));
  });

  test('in a unit test with attachTaskLock', async () => {
    assertComplete(await attachTaskLock(new Jobs()).yearly());
  });
});

import { describe, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { currentTaskRun } from '../../src/calls/call-context.js';
import { TaskLock, TaskLockLostError } from '../../src/index.js';
import type { TaskRun } from '../../src/index.js';
import type { AsyncLocalStorage } from 'node:async_hooks';
import type { CallContext } from '../../src/calls/call-context.js';
import { oncePerProcess } from '../../src/common/process-state.js';
import { closeApplicationsAfterEach, THIS_JANUARY, YEARLY } from '../support/application.js';
import { Gate } from '../support/gate.js';
import { startJobs } from '../support/jobs.js';
import { Journal } from '../support/journal.js';

closeApplicationsAfterEach();

@Injectable()
class Jobs {
  outerWork: () => Promise<unknown> = async () => undefined;
  innerWork: () => Promise<unknown> = async () => undefined;

  constructor(private readonly journal: Journal) {}

  @TaskLock('outer')
  async outer(): Promise<unknown> {
    this.journal.write();
    return this.outerWork();
  }

  @TaskLock('inner')
  async inner(): Promise<unknown> {
    this.journal.write();
    return this.innerWork();
  }

  @Cron(YEARLY, { name: 'yearly', timeZone: 'UTC' })
  @TaskLock('yearly')
  async yearly(): Promise<unknown> {
    this.journal.write();
    return this.outerWork();
  }

  @Cron(YEARLY, { name: 'closing', timeZone: 'UTC' })
  @TaskLock('closing')
  async closing(): Promise<void> {
    this.journal.write();
  }
}

test('a timer that a run sets makes ticks, and no calls from inside the run', async () => {
  const { fireTick, jobs, journal } = await startJobs(Jobs);
  jobs.outerWork = () => fireTick('yearly');
  await fireTick('yearly');
  expect(journal.of('yearly')).toHaveLength(1);
});

test('a task that is set again from inside its own runs does not keep them in memory', async () => {
  const { jobs } = await startJobs(Jobs);
  const contexts: number[] = [];
  const armAgain = async (): Promise<void> => {
    let depth = 0;
    const calls = oncePerProcess<AsyncLocalStorage<CallContext>>('calls', () => {
      throw new Error('call-context made it');
    });
    for (let call = calls.getStore(); call; call = call.outer) depth++;
    contexts.push(depth);
  };
  let next: Promise<unknown> = Promise.resolve();
  jobs.outerWork = async () => {
    await armAgain();
    // Goes on in the context of this run when it is over.
    next = new Promise((resolve) => setImmediate(() => resolve(jobs.yearly())));
  };
  await jobs.yearly();
  for (let runs = 0; runs < 20; runs++) await next;
  expect(contexts).toHaveLength(21);
  expect(Math.max(...contexts)).toBe(contexts[0]);
});

describe('a call from inside the run of the same name goes on under its lock', () => {
  test('where the method calls itself', async () => {
    const { jobs, journal } = await startJobs(Jobs);
    jobs.outerWork = () => {
      jobs.outerWork = async () => 'the inner value';
      return jobs.outer();
    };
    expect(await jobs.outer()).toBe('the inner value');
    const [first, second] = journal.of('outer');
    expect(second!.token).toBe(first!.token);
  });

  test('by TaskLockService.run, with the same run', async () => {
    const { jobs, service } = await startJobs(Jobs);
    jobs.outerWork = () => service.run('outer', (run) => run === currentTaskRun());
    expect(await jobs.outer()).toEqual({ status: 'executed', value: true });
  });

  test('through the run of another task, and is that run again', async () => {
    const { jobs, service } = await startJobs(Jobs);
    const names: (string | undefined)[] = [];
    const note = (): unknown => names.push(currentTaskRun()?.name);
    jobs.innerWork = async () => {
      note();
      await service.run('outer', note);
      note();
    };
    jobs.outerWork = async () => {
      await jobs.inner();
      note();
    };
    await jobs.outer();
    expect(names).toEqual(['inner', 'outer', 'inner', 'outer']);
  });

  test('and the lock is released once, after the outer call', async () => {
    const { jobs, service, store } = await startJobs(Jobs);
    const fences: (bigint | undefined)[] = [];
    jobs.outerWork = async () => {
      await service.run('outer', () => {});
      fences.push(store.row('outer')?.fence);
      expect(store.row('outer')?.finishedAt).toBeNull();
    };
    await jobs.outer();
    expect(fences).toEqual([store.row('outer')?.fence]);
    expect(store.row('outer')?.finishedAt).not.toBeNull();
  });
});

describe('a call from inside the run of another name', () => {
  test('takes its own lock', async () => {
    const { jobs, journal } = await startJobs(Jobs);
    jobs.outerWork = () => jobs.inner();
    await jobs.outer();
    expect(journal.of('inner')[0]!.token).not.toBe(journal.of('outer')[0]!.token);
  });

  test('of a scheduled method is a direct one, also inside a tick', async () => {
    const { fireTick, jobs, store, journal } = await startJobs(Jobs);
    jobs.outerWork = async () => {
      jobs.outerWork = async () => undefined;
      await jobs.outer();
      await jobs.inner();
    };
    await fireTick('yearly');
    expect(store.row('yearly')?.lastTick).toBe(THIS_JANUARY);
    expect(journal.of('outer')[0]?.scheduledTime).toBeUndefined();
  });
});

test('a timer that fires inside a direct call makes a tick of another task', async () => {
  const { fireTick, jobs, store } = await startJobs(Jobs);
  jobs.outerWork = () => fireTick('closing');
  await jobs.yearly();
  expect(store.row('closing')?.lastTick).toBe(THIS_JANUARY);
  expect(store.row('yearly')?.lastTick).toBe(-Infinity);
});

describe('work that outlives its run', () => {
  async function leak(start: () => Promise<unknown>) {
    const started = await startJobs(Jobs);
    const { jobs } = started;
    const after = new Gate();
    const leaked: { run?: TaskRun; result?: Promise<unknown> } = {};
    jobs.outerWork = async () => {
      leaked.run = currentTaskRun();
      leaked.result = after.opened.then(start);
      leaked.result.catch(() => {});
    };
    await jobs.outer();
    return { ...started, after, leaked };
  }

  test('claims again where it calls its task, and is stopped by the next run', async () => {
    const call: { again?: () => Promise<unknown> } = {};
    const { jobs, journal, after, leaked } = await leak(async () => call.again?.());
    const next = new Gate();
    jobs.outerWork = () => next.opened;
    const running = jobs.outer();
    call.again = () => jobs.outer();
    after.open();
    expect(await leaked.result).toBeUndefined();
    expect(journal.of('outer')).toHaveLength(2);
    next.open();
    await running;
    jobs.outerWork = async () => 'ran';
    expect(await jobs.outer()).toBe('ran');
    const tokens = journal.of('outer').map(({ token }) => token);
    expect(new Set(tokens).size).toBe(3);
  });

  test('still has its run, whose assertHeld throws, and whose signal is left alone', async () => {
    const { after, leaked } = await leak(async () => currentTaskRun()?.assertHeld());
    after.open();
    await expect(leaked.result).rejects.toThrow(TaskLockLostError);
    await expect(leaked.result).rejects.toThrow('await all of its work inside the method');
    expect(leaked.run?.signal.aborted).toBe(false);
  });

  test('makes ticks of the timers that it starts, and no direct calls', async () => {
    const { scheduler, store, jobs, journal } = await startJobs(Jobs);
    const after = new Gate();
    let fired: Promise<void> | undefined;
    jobs.outerWork = async () => {
      fired = after.opened.then(() => scheduler.getCronJob('yearly').fireOnTick());
    };
    await jobs.yearly();
    jobs.outerWork = async () => undefined;
    after.open();
    await fired;
    await journal.atLeast(2, 'yearly');
    expect(store.row('yearly')?.lastTick).toBe(THIS_JANUARY);
  });
});

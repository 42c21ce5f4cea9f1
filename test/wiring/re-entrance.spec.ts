import { describe, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron, SchedulerRegistry } from '@nestjs/schedule';
import { currentTaskRun } from '../../src/calls/call-context.js';
import { TaskLock, TaskLockLostError, TaskLockService } from '../../src/index.js';
import type { TaskRun } from '../../src/index.js';
import type { AsyncLocalStorage } from 'node:async_hooks';
import type { CallContext } from '../../src/calls/call-context.js';
import { oncePerProcess } from '../../src/calls/process-state.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import {
  closeApplicationsAfterEach,
  fireTick,
  startApplication,
  THIS_JANUARY,
  YEARLY,
} from '../support/application.js';
import { Gate } from '../support/gate.js';
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

async function startJobs() {
  const store = new InMemoryLockStore();
  const application = await startApplication({ providers: [Jobs, Journal], options: { store } });
  const jobs = application.get(Jobs);
  return {
    application,
    store,
    jobs,
    journal: application.get(Journal),
    locks: application.get(TaskLockService),
  };
}

test('a timer that a run sets makes ticks, and no calls from inside the run', async () => {
  const { application, jobs, journal } = await startJobs();
  jobs.outerWork = () => fireTick(application, 'yearly');
  await fireTick(application, 'yearly');
  expect(journal.of('yearly')).toHaveLength(1);
});

test('a task that is set again from inside its own runs does not keep them in memory', async () => {
  const { jobs } = await startJobs();
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
    const { jobs, journal } = await startJobs();
    jobs.outerWork = () => {
      jobs.outerWork = async () => 'the inner value';
      return jobs.outer();
    };
    expect(await jobs.outer()).toBe('the inner value');
    const [first, second] = journal.of('outer');
    expect(second!.token).toBe(first!.token);
  });

  test('by TaskLockService.run, with the same run', async () => {
    const { jobs, locks } = await startJobs();
    jobs.outerWork = () => locks.run('outer', (run) => run === currentTaskRun());
    expect(await jobs.outer()).toEqual({ status: 'executed', value: true });
  });

  test('through the run of another task, and is that run again', async () => {
    const { jobs, locks } = await startJobs();
    const names: (string | undefined)[] = [];
    const note = (): unknown => names.push(currentTaskRun()?.name);
    jobs.innerWork = async () => {
      note();
      await locks.run('outer', note);
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
    const { jobs, locks, store } = await startJobs();
    const fences: (bigint | undefined)[] = [];
    jobs.outerWork = async () => {
      await locks.run('outer', () => {});
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
    const { jobs, journal } = await startJobs();
    jobs.outerWork = () => jobs.inner();
    await jobs.outer();
    expect(journal.of('inner')[0]!.token).not.toBe(journal.of('outer')[0]!.token);
  });

  test('of a scheduled method is a direct one, also inside a tick', async () => {
    const { application, jobs, store, journal } = await startJobs();
    jobs.outerWork = async () => {
      jobs.outerWork = async () => undefined;
      await jobs.outer();
      await application.get(Jobs).inner();
    };
    await fireTick(application, 'yearly');
    expect(store.row('yearly')?.lastTick).toBe(THIS_JANUARY);
    expect(journal.of('outer')[0]?.scheduledTime).toBeUndefined();
  });
});

test('a timer that fires inside a direct call makes a tick of another task', async () => {
  const { application, jobs, store } = await startJobs();
  jobs.outerWork = () => fireTick(application, 'closing');
  await jobs.yearly();
  expect(store.row('closing')?.lastTick).toBe(THIS_JANUARY);
  expect(store.row('yearly')?.lastTick).toBe(-Infinity);
});

describe('work that outlives its run', () => {
  async function leak(start: () => Promise<unknown>) {
    const started = await startJobs();
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
    const { application, store, jobs, journal } = await startJobs();
    const after = new Gate();
    let fired: Promise<void> | undefined;
    jobs.outerWork = async () => {
      fired = after.opened.then(() => application.get(SchedulerRegistry).getCronJob('yearly').fireOnTick());
    };
    await jobs.yearly();
    jobs.outerWork = async () => undefined;
    after.open();
    await fired;
    await journal.atLeast(2, 'yearly');
    expect(store.row('yearly')?.lastTick).toBe(THIS_JANUARY);
  });
});

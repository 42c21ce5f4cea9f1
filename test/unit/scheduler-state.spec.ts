import { afterEach, describe, expect, test } from '@jest/globals';
import { CronJob } from 'cron';
import { SchedulerState } from '../../src/nest/scheduler-state.js';
import type { Task } from '../../src/tasks/task.js';
import { scheduleOf } from '../../src/tasks/schedule/schedule.js';
import type { CronMetadata } from '../../src/tasks/schedule/schedule-metadata.js';
import type { TimerRegistry } from '../../src/nest/scheduled-jobs.js';

const YEARLY = '0 0 0 1 1 *';
const aJob = () => new CronJob(YEARLY, () => {});

function stateWith(jobs: { crons?: string[]; intervals?: string[]; timeouts?: string[] } | undefined) {
  const registry: TimerRegistry | undefined = jobs && {
    addCronJob: () => {},
    getCronJobs: () => new Map((jobs.crons ?? []).map((name) => [name, aJob()])),
    getIntervals: () => jobs.intervals ?? [],
    getTimeouts: () => jobs.timeouts ?? [],
  };
  return new SchedulerState(() => registry);
}

describe('before direct calls are marked', () => {
  test('no call is a tick where the application has no scheduler, or none of its timers is set', () => {
    expect(stateWith(undefined).mayTick()).toBe(false);
    expect(stateWith({}).mayTick()).toBe(false);
  });

  test.each([{ crons: ['a'] }, { intervals: ['a'] }, { timeouts: ['a'] }])(
    'a call may be a tick with %j',
    (jobs) => {
      expect(stateWith(jobs).mayTick()).toBe(true);
    },
  );
});

test('once direct calls are marked, every other call is a tick', () => {
  const state = stateWith(undefined);
  state.markedDirectCalls();
  expect(state.mayTick()).toBe(true);
});

test('whether there is a scheduler is known', () => {
  expect(stateWith(undefined).hasScheduler).toBe(false);
  expect(stateWith({}).hasScheduler).toBe(true);
});

describe('what this replica fires', () => {
  /** A task of `@Cron(…, { name: 'job' })` in an application whose scheduler has set its timers, and its job. */
  function started(metadata: Partial<CronMetadata> = {}, isRunning = true) {
    const jobs = new Map<string, CronJob>();
    const registry: TimerRegistry = {
      addCronJob: (name, added) => void jobs.set(name, added),
      getCronJobs: () => jobs,
      getIntervals: () => [],
      getTimeouts: () => [],
    };
    const job = aJob();
    const starter = {
      cronJobs: {},
      mountCron: () => {},
      onApplicationBootstrap: () => {
        registry.addCronJob('job', job);
        if (isRunning) job.start();
      },
    };
    const cron = { cronTime: YEARLY, timeZone: 'UTC', name: 'job', ...metadata };
    const task = { cronMetadata: cron, schedule: scheduleOf({ kind: 'cron', cron }) } as Task;
    const state = new SchedulerState(
      () => registry,
      () => ({}),
      () => starter,
    );
    state.watch();
    const before = state.fires(task);
    starter.onApplicationBootstrap();
    running.push(job);
    return { fires: () => state.fires(task), before, job, jobs };
  }
  const running: CronJob[] = [];
  afterEach(() => running.splice(0).forEach((job) => void job.stop()));

  test('is said by the decorator before the timers are set, and by the job from then on', () => {
    const { before, fires, job } = started();
    expect([before, fires()]).toEqual([true, true]);
    void job.stop();
    expect(fires()).toBe(false);
    job.start();
    expect(fires()).toBe(true);
  });

  test('is no job that was deleted', () => {
    const { fires, jobs } = started();
    jobs.delete('job');
    expect(fires()).toBe(false);
  });

  test('is a disabled job once the application has started it', () => {
    const { before, fires, job } = started({ disabled: true }, false);
    expect([before, fires()]).toEqual([false, false]);
    job.start();
    expect(fires()).toBe(true);
  });

  test('is a job that waits for its initial delay, unless it is disabled or deleted', () => {
    const { fires, jobs } = started({ initialDelay: 60_000 }, false);
    expect(fires()).toBe(true);
    jobs.delete('job');
    expect(fires()).toBe(false);
    expect(started({ initialDelay: 60_000, disabled: true }, false).fires()).toBe(false);
  });

  test('is the job of a date, which stops by itself when it has fired', () => {
    expect(started({ cronTime: new Date(Date.now() + 60_000) }, false).fires()).toBe(true);
  });
});

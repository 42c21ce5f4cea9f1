import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { Cron, Interval, ScheduleModule, SchedulerRegistry, Timeout } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { CronJob, CronTime } from 'cron';
import type { DataSource } from 'typeorm';
import {
  currentTaskRun,
  TaskCron,
  TaskLock,
  TaskLockLostError,
  TaskLockModule,
  TaskLockTimeoutError,
} from '../../src/index.js';
import type { TaskRun } from '../../src/index.js';
import {
  attachTaskLock,
  InMemoryLockStore,
  LOCK_CLOCK,
  LOCK_STORE,
  ManualClock,
  TaskLockTestingModule,
} from '../../src/testing/index.js';
import type { TaskLockTestingOptions } from '../../src/testing/index.js';
import { CapturedLog } from '../support/captured-log.js';

const START = '2026-01-01T00:00:00Z';

/** One statement commits at once; there is no database. */
const dataSource = {
  transaction: (_: string, work: (manager: object) => Promise<unknown>) => work({}),
} as unknown as DataSource;

const started: TestingModule[] = [];
afterEach(async () => {
  jest.useRealTimers();
  for (const module of started.splice(0)) await module.close();
});

/** A replica: an application with these classes, whose lock and schedule follow the clock. */
async function startReplica(
  options: TaskLockTestingOptions,
  ...providers: Type[]
): Promise<{ module: TestingModule; log: CapturedLog }> {
  const log = new CapturedLog();
  const module = await Test.createTestingModule({
    imports: [ScheduleModule.forRoot(), TaskLockTestingModule.forRoot(options)],
    providers,
  })
    .setLogger(log)
    .compile();
  started.push(module);
  await module.init();
  return { module, log };
}

/** The instants of some runs, as the clock showed them: `00:01:00`. */
function noted(clock: ManualClock) {
  const notes: string[] = [];
  const note = (what: string): void =>
    void notes.push(`${what} ${new Date(clock.now()).toISOString().slice(11, 19)}`);
  const of = (what: string): string[] =>
    notes.filter((each) => each.startsWith(`${what} `)).map((each) => each.slice(what.length + 1));
  return { note, of };
}

describe('an application whose clock a test moves', () => {
  let note: (what: string) => void;

  @Injectable()
  class Jobs {
    @Cron('* * * * *', { name: 'cron', timeZone: 'UTC' })
    @TaskLock('cron')
    async cron() {
      note('cron');
      expect(currentTaskRun()!.scheduledTime).toBeDefined();
    }

    @TaskCron('*/2 * * * *', 'task-cron', { timeZone: 'UTC' })
    async taskCron() {
      note('task-cron');
    }

    @Cron('30 * * * * *', { timeZone: 'UTC' })
    unlocked() {
      note('unlocked');
    }

    @Cron(new Date('2026-01-01T00:02:30Z'))
    @TaskLock('date', '1d')
    async date() {
      note('date');
    }

    @Cron(new Date('2025-12-31T23:59:59Z'))
    @TaskLock('over', '1d')
    async over() {
      note('over');
    }

    @Cron('* * * * *', { name: 'disabled', timeZone: 'UTC', disabled: true })
    @TaskLock('disabled')
    async disabled() {
      note('disabled');
    }

    @Cron('* * * * *', { name: 'delayed', timeZone: 'UTC', initialDelay: 90_000 })
    @TaskLock('delayed')
    async delayed() {
      note('delayed');
    }

    @Interval('interval', 50_000)
    @TaskLock('interval')
    async interval() {
      note('interval');
    }

    @Timeout('timeout', 10_000)
    @TaskLock('timeout', '1d')
    async timeout() {
      note('timeout');
    }

    @Timeout('later', 1)
    later() {
      note('later');
    }

    @Interval('soon', 1)
    soon() {
      note('soon');
    }
  }

  async function start() {
    const clock = new ManualClock(START);
    const notes = noted(clock);
    note = notes.note;
    const { module, log } = await startReplica({ clock }, Jobs);
    const registry = module.get(SchedulerRegistry);
    registry.deleteInterval('soon');
    return { clock, registry, log, ...notes };
  }

  test('fires each schedule at its instants', async () => {
    const { clock, of, log } = await start();
    await clock.advance('3m');
    expect(of('cron')).toEqual(['00:01:00', '00:02:00', '00:03:00']);
    expect(of('task-cron')).toEqual(['00:02:00']);
    expect(of('unlocked')).toEqual(['00:00:30', '00:01:30', '00:02:30']);
    expect(of('date')).toEqual(['00:02:30']);
    expect(of('over')).toEqual([]);
    expect(of('disabled')).toEqual([]);
    expect(of('delayed')).toEqual(['00:02:00', '00:03:00']);
    expect(of('interval')).toEqual(['00:00:50', '00:01:40', '00:02:30']);
    expect(of('timeout')).toEqual(['00:00:10']);
    expect(log.errors).toEqual([]);
  });

  test('fires nothing by real time', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    const notes = noted(new ManualClock(START));
    note = notes.note;
    const { module } = await startReplica({ clock: new ManualClock(START) }, Jobs);
    module.get(SchedulerRegistry).addCronJob(
      'each second',
      startedJob('* * * * * *', () => note('each second')),
    );
    await jest.advanceTimersByTimeAsync(120_000);
    for (const name of ['cron', 'soon', 'later', 'each second']) expect(notes.of(name)).toEqual([]);
    expect(module.get(SchedulerRegistry).getCronJob('each second').isActive).toBe(true);
  });

  test('stops, starts, reschedules and adds timers as the scheduler does', async () => {
    const { clock, registry, of } = await start();
    registry.addCronJob(
      'added',
      startedJob('15 * * * * *', () => note('added')),
    );
    registry.addInterval('kept', 0);
    await clock.advance('1m');
    registry.getCronJob('cron').setTime(new CronTime('*/2 * * * *', 'UTC'));
    registry.getCronJob('disabled').start();
    registry.getCronJob('added').start(); // it runs already
    await registry.getCronJob('task-cron').stop();
    registry.deleteCronJob('delayed');
    registry.deleteInterval('interval');
    await clock.advance('3m');
    expect(of('cron')).toEqual(['00:01:00', '00:02:00', '00:04:00']);
    expect(of('disabled')).toEqual(['00:02:00', '00:03:00', '00:04:00']);
    expect(of('task-cron')).toEqual([]);
    expect(of('delayed')).toEqual([]);
    expect(of('interval')).toEqual(['00:00:50']);
    expect(of('added')).toEqual(['00:00:15', '00:01:15', '00:02:15', '00:03:15']);
    expect(registry.getCronJob('cron').lastDate()).toEqual(new Date('2026-01-01T00:04:00Z'));
  });

  test('deletes a timeout before it fires', async () => {
    const { clock, registry, of } = await start();
    registry.deleteTimeout('timeout');
    await clock.advance('1m');
    expect(of('timeout')).toEqual([]);
  });

  test('fires the ticks that a paused replica slept through once, late, when it is resumed', async () => {
    const { clock, of } = await start();
    clock.pause();
    await clock.advance('150s');
    expect(of('cron')).toEqual([]);
    await clock.resume();
    await clock.advance('30s');
    expect(of('cron')).toEqual(['00:02:30', '00:03:00']);
    expect(of('interval')).toEqual(['00:02:30']);
  });

  test('is a whole one, whose module is imported as in production', async () => {
    @Module({ imports: [ScheduleModule.forRoot(), TaskLockModule.forRoot()], providers: [Jobs] })
    class AppModule {}
    const clock = new ManualClock(START);
    const notes = noted(clock);
    note = notes.note;
    const module = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(LOCK_CLOCK)
      .useValue(clock)
      .overrideProvider(LOCK_STORE)
      .useValue(new InMemoryLockStore(() => clock.now()))
      .setLogger(new CapturedLog())
      .compile();
    started.push(module);
    await module.init();
    module.get(SchedulerRegistry).deleteInterval('soon');
    await clock.advance('2m');
    expect(notes.of('cron')).toEqual(['00:01:00', '00:02:00']);
    expect(notes.of('task-cron')).toEqual(['00:02:00']);
  });
});

/** A job that an application has started by itself. */
function startedJob(cronTime: string, onTick: () => void): CronJob {
  const job = new CronJob(cronTime, onTick, null, false, 'UTC');
  job.start();
  return job;
}

describe('two replicas that share a store, each with its clock', () => {
  let runs: { replica: string; run: TaskRun }[] = [];
  let body: (run: TaskRun) => Promise<void> = async () => {};

  /** The same job on each of them. */
  function jobsOf(replica: string): Type {
    @Injectable()
    class Jobs {
      @Cron('* * * * *', { timeZone: 'UTC' })
      @TaskLock('report', undefined, { maxHold: '30m' })
      async report() {
        const run = currentTaskRun()!;
        runs.push({ replica, run });
        await body(run);
      }
    }
    return Jobs;
  }

  async function startTwo() {
    runs = [];
    const clock = new ManualClock(START);
    const store = new InMemoryLockStore(() => clock.now());
    const [one, other] = [clock.replica(), clock.replica()];
    await startReplica({ clock: one, store, dataSource, operatorPolling: false }, jobsOf('one'));
    await startReplica({ clock: other, store, dataSource, operatorPolling: false }, jobsOf('other'));
    return { clock, one, other };
  }

  test('run each tick of a day once', async () => {
    const { clock } = await startTwo();
    body = async () => {};
    await clock.advance('1d');
    const ticks = runs.map(({ run }) => run.scheduledTime!.getTime());
    const minutes = Array.from({ length: 1_440 }, (_, minute) => Date.parse(START) + (minute + 1) * 60_000);
    expect(ticks).toEqual(minutes);
  });

  test('take over from one that is paused for two minutes, whose run can do no harm when it wakes up', async () => {
    const { clock, one } = await startTwo();
    const committed: string[] = [];
    const refused: unknown[] = [];
    body = async (run) => {
      if (runs.length > 1) return;
      await one.sleep('10m');
      for (const check of [
        async () => run.assertHeld(),
        () => run.transaction(async () => void committed.push('late')),
      ])
        await check().catch((error: unknown) => refused.push(error));
    };
    await clock.advance('6m');
    expect(runs).toHaveLength(1);
    expect(runs[0]!.run.signal.aborted).toBe(false);
    one.pause();
    await clock.advance('2m');
    expect(runs.map(({ replica }) => replica)).toEqual(['one', 'other', 'other']);
    await one.resume();
    expect(runs[0]!.run.signal.aborted).toBe(true);
    await clock.advance('3m');
    expect(refused).toEqual([expect.any(TaskLockLostError), expect.any(TaskLockLostError)]);
    expect(committed).toEqual([]);
  });

  test('wait by the clock for a run when they are closed', async () => {
    const { clock } = await startTwo();
    let ended = false;
    body = async () => {
      await clock.sleep('20s');
      ended = true;
    };
    await clock.advance('1m');
    const closed = Promise.all(started.splice(0).map((module) => module.close()));
    await clock.advance('25s');
    await closed;
    expect(ended).toBe(true);
  });
});

describe('a run, a wait and a request, by a clock that a test moves', () => {
  const clock = new ManualClock(START);

  test('a run is aborted at its maximum hold', async () => {
    class Jobs {
      @TaskLock('import', undefined, { maxHold: '5m' })
      async import(): Promise<string> {
        const { signal } = currentTaskRun()!;
        await clock.sleep('10m');
        return String(signal.reason);
      }
    }
    const jobs = attachTaskLock(new Jobs(), { clock });
    const imported = jobs.import();
    await clock.advance('4m');
    expect(await jobs.import()).toBeUndefined();
    await clock.advance('6m');
    expect(await imported).toContain('has not ended within its maximum hold');
  });

  test('a call waits for the lock, and no longer than its waitTimeout', async () => {
    class Jobs {
      @TaskLock('import', undefined, { overlap: 'wait', waitTimeout: '1m' })
      async import(time: string): Promise<string> {
        await clock.sleep(time);
        return time;
      }
    }
    const jobs = attachTaskLock(new Jobs(), { clock });
    const [first, second] = [jobs.import('50s'), jobs.import('5m')];
    await clock.advance('1m');
    expect(await first).toBe('50s');
    const refused = expect(jobs.import('1s')).rejects.toThrow(TaskLockTimeoutError);
    await clock.advance('5m');
    await refused;
    expect(await second).toBe('5m');
  });

  test('debounced calls run once, when it is quiet', async () => {
    const built: string[] = [];
    class Jobs {
      @TaskLock('rebuild', undefined, { debounce: { delay: '10s', maxDelay: '1m' } })
      async rebuild(text: string): Promise<void> {
        built.push(`${text} at ${clock.monotonic() - since}`);
      }
    }
    const { module } = await startReplica({ clock, pollingInterval: '1s' }, Jobs);
    const since = clock.monotonic();
    for (const text of ['one', 'two', 'three']) {
      await module.get(Jobs).rebuild(text);
      await clock.advance('8s');
    }
    expect(built).toEqual([]);
    await clock.advance('10s');
    expect(built).toEqual(['three at 26000']);
  });

  test('a tick that no replica was there for is caught up on', async () => {
    const ran: string[] = [];
    @Injectable()
    class Jobs {
      @Cron('0 3 * * *', { timeZone: 'UTC' })
      @TaskLock('nightly', undefined, { missed: 'once', catchupWindow: '6h' })
      async nightly() {
        ran.push(currentTaskRun()!.scheduledTime!.toISOString());
      }
    }
    const night = new ManualClock('2026-01-01T02:00:00Z');
    const store = new InMemoryLockStore(() => night.now());
    const { module } = await startReplica({ clock: night, store }, Jobs);
    await night.advance('2h');
    await started.splice(started.indexOf(module), 1)[0]!.close();
    await night.advance('1d');
    await startReplica({ clock: night, store }, Jobs);
    await night.advance('1m');
    expect(ran).toEqual(['2026-01-01T03:00:00.000Z', '2026-01-02T03:00:00.000Z']);
  });
});

import { describe, expect, jest, test } from '@jest/globals';
import { Global, Inject, Injectable, Module } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleInit } from '@nestjs/common';
import { Cron, CronExpression, Interval, ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { TaskLock } from '../../src/index.js';
import { InMemoryLockStore, TaskLockTestingModule } from '../../src/testing/index.js';
import {
  closeApplicationsAfterEach,
  compileApplication,
  fireTick,
  startApplication,
  THIS_JANUARY,
  YEARLY,
} from '../support/application.js';
import { Gate } from '../support/gate.js';
import { startJobs } from '../support/jobs.js';
import { Journal } from '../support/journal.js';

closeApplicationsAfterEach();

@Injectable()
class Reports {
  gate?: Gate;

  constructor(private readonly journal: Journal) {}

  @Cron(YEARLY, { name: 'yearly', timeZone: 'UTC' })
  @TaskLock('yearly report')
  async yearly(year = 0): Promise<string> {
    this.journal.write();
    await this.gate?.opened;
    return `report of ${year}`;
  }

  @Cron(CronExpression.EVERY_SECOND)
  @TaskLock('report of the second')
  async eachSecond(): Promise<string> {
    this.journal.write();
    return 'second';
  }

  @Interval(60_000)
  @TaskLock('report of the minute')
  async eachMinute(): Promise<string> {
    return 'minute';
  }

  /** Not scheduled: its calls keep the minimum hold. */
  @TaskLock('export', '1h')
  async export(): Promise<string> {
    return 'exported';
  }
}

async function startReports() {
  const { jobs: reports, ...started } = await startJobs(Reports);
  return { reports, ...started };
}

describe('a direct call of a scheduled method', () => {
  test('while it is idle runs, with its arguments, and returns its value', async () => {
    const { reports, journal } = await startReports();
    expect(await reports.yearly(2025)).toBe('report of 2025');
    expect(await reports.yearly(2026)).toBe('report of 2026');
    expect(journal.of('yearly report').map(({ scheduledTime }) => scheduledTime)).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('leaves the next tick alone', async () => {
    const { fireTick, reports, store, journal } = await startReports();
    await reports.yearly();
    expect(store.row('yearly report')?.lastTick).toBe(-Infinity);
    await fireTick('yearly');
    expect(store.row('yearly report')?.lastTick).toBe(THIS_JANUARY);
    expect(journal.of('yearly report')).toHaveLength(2);
  });

  test('runs also after its tick has run, and leaves that tick alone', async () => {
    const { fireTick, reports, store } = await startReports();
    await fireTick('yearly');
    expect(await reports.yearly(2026)).toBe('report of 2026');
    expect(store.row('yearly report')?.lastTick).toBe(THIS_JANUARY);
  });

  test('does not disturb a schedule that is running', async () => {
    const { reports, store, journal } = await startReports();
    const tick = await journal.first('report of the second');
    expect(await reports.eachSecond()).toBe('second');
    expect(store.row('report of the second')?.lastTick).toBe(tick.scheduledTime?.getTime());
    const [, direct, next] = await journal.atLeast(3, 'report of the second');
    expect(direct?.scheduledTime).toBeUndefined();
    expect(next?.scheduledTime?.getTime()).toBe(tick.scheduledTime!.getTime() + 1_000);
  });

  test('during a run is skipped, and so is a tick during a direct call', async () => {
    const { fireTick, reports, store, journal } = await startReports();
    reports.gate = new Gate();
    const tick = fireTick('yearly');
    expect(await reports.yearly()).toBeUndefined();
    reports.gate.open();
    await tick;
    reports.gate = new Gate();
    const direct = reports.yearly(2026);
    await fireTick('yearly');
    reports.gate.open();
    expect(await direct).toBe('report of 2026');
    expect(journal.of('yearly report')).toHaveLength(2);
    expect(store.row('yearly report')?.lastTick).toBe(THIS_JANUARY);
  });

  test('of an @Interval moves no tick', async () => {
    const { reports, store } = await startReports();
    expect(await reports.eachMinute()).toBe('minute');
    expect(await reports.eachMinute()).toBe('minute');
    expect(store.row('report of the minute')?.lastTick).toBe(-Infinity);
  });

  test('from a copy of the method, bound to its instance', async () => {
    const { reports, store } = await startReports();
    const yearly = reports.yearly.bind(reports);
    expect(await yearly(1)).toBe('report of 1');
    expect(await yearly(2)).toBe('report of 2');
    expect(store.row('yearly report')?.lastTick).toBe(-Infinity);
  });

  test('works with jest.spyOn', async () => {
    const { reports, store } = await startReports();
    const spy = jest.spyOn(reports, 'yearly');
    expect(await reports.yearly(2026)).toBe('report of 2026');
    expect(spy).toHaveBeenCalledWith(2026);
    spy.mockResolvedValue('mocked');
    expect(await reports.yearly(2026)).toBe('mocked');
    spy.mockRestore();
    expect(await reports.yearly(2027)).toBe('report of 2027');
    expect(store.row('yearly report')?.lastTick).toBe(-Infinity);
  });
});

test('a call of a method with an interval and no schedule is stopped by the minimum hold', async () => {
  const { reports } = await startReports();
  expect(await reports.export()).toBe('exported');
  expect(await reports.export()).toBeUndefined();
});

test('a timer that fires while other modules still start is a tick, and a call of theirs is none', async () => {
  @Injectable()
  class Polls {
    constructor(private readonly journal: Journal) {}

    @Interval(5)
    @TaskLock('poll', '1d')
    async poll(): Promise<void> {
      this.journal.write();
    }

    @Cron(YEARLY, { timeZone: 'UTC' })
    @TaskLock('yearly')
    async yearly(): Promise<void> {
      this.journal.write();
    }
  }
  @Injectable()
  class Slow implements OnApplicationBootstrap {
    constructor(
      private readonly polls: Polls,
      private readonly journal: Journal,
    ) {}

    async onApplicationBootstrap(): Promise<void> {
      await this.journal.first('poll');
      await this.polls.yearly();
    }
  }
  @Global()
  @Module({ providers: [Polls, Slow, Journal], exports: [Journal] })
  class SlowModule {}
  const module = await Test.createTestingModule({
    imports: [
      ScheduleModule.forRoot(),
      SlowModule,
      TaskLockTestingModule.forRoot({ store: new InMemoryLockStore() }),
    ],
  }).compile();
  await module.init();
  const runs = module.get(Journal).of();
  await module.close();
  expect(runs.map(({ name, scheduledTime }) => [name, scheduledTime !== undefined])).toEqual([
    ['poll', true],
    ['yearly', false],
  ]);
});

describe('a direct call before the schedule runs', () => {
  @Injectable()
  class Caller implements OnModuleInit {
    value?: string;

    constructor(@Inject(Reports) private readonly reports: Reports) {}

    async onModuleInit(): Promise<void> {
      this.value = await this.reports.yearly(1);
      this.value = await this.reports.yearly(2);
    }
  }

  test.each([
    ['from onModuleInit', Reports],
    [
      'from onModuleInit, of an instance that a factory made',
      { provide: Reports, useFactory: (journal: Journal) => new Reports(journal), inject: [Journal] },
    ],
    ['from onModuleInit, of a given value', { provide: Reports, useValue: new Reports(new Journal()) }],
  ])('%s takes no tick', async (_, provider) => {
    const store = new InMemoryLockStore();
    const application = await startApplication({
      providers: [Caller, provider, Journal],
      options: { store },
    });
    expect(application.get(Caller).value).toBe('report of 2');
    expect(store.row('yearly report')?.lastTick).toBe(-Infinity);
  });

  test('in an application that is compiled and not started takes no tick', async () => {
    const store = new InMemoryLockStore();
    const application = await compileApplication({ providers: [Reports, Journal], options: { store } });
    expect(await application.get(Reports).yearly(1)).toBe('report of 1');
    expect(await application.get(Reports).yearly(2)).toBe('report of 2');
    expect(store.row('yearly report')?.lastTick).toBe(-Infinity);
  });
});

test.each([
  ['before', [TaskLockTestingModule.forRoot({ store: new InMemoryLockStore() }), ScheduleModule.forRoot()]],
  ['after', [ScheduleModule.forRoot(), TaskLockTestingModule.forRoot({ store: new InMemoryLockStore() })]],
])(
  'ticks and direct calls are told apart where the lock is imported %s the scheduler',
  async (_, imports) => {
    const application = await Test.createTestingModule({ imports, providers: [Reports, Journal] }).compile();
    await application.init();
    await application.get(Reports).yearly();
    await fireTick(application, 'yearly');
    await fireTick(application, 'yearly');
    await application.get(Reports).yearly();
    const runs = application.get(Journal).of('yearly report');
    expect(runs.map(({ scheduledTime }) => scheduledTime?.getTime())).toEqual([
      undefined,
      THIS_JANUARY,
      undefined,
    ]);
    await application.close();
  },
);

test("a hook of the application's life cycle may be a task", async () => {
  @Injectable()
  class Seeds implements OnModuleInit {
    sown = 0;

    @TaskLock('seed', '1h')
    async onModuleInit(): Promise<void> {
      this.sown++;
    }
  }
  const store = new InMemoryLockStore();
  const first = await startApplication({ providers: [Seeds], options: { store } });
  const second = await startApplication({ providers: [Seeds], options: { store } });
  expect([first.get(Seeds).sown, second.get(Seeds).sown]).toEqual([1, 0]);
});

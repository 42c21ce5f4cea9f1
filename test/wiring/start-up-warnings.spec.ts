import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { TaskCron, TaskLock, TaskLockModule } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { closeApplicationsAfterEach, fireTick, startApplication, YEARLY } from '../support/application.js';
import type { ApplicationUnderTest } from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import { Journal } from '../support/journal.js';

closeApplicationsAfterEach();
afterEach(() => void jest.restoreAllMocks());

async function warningsOf(application: ApplicationUnderTest): Promise<string[]> {
  const logger = new CapturedLog();
  await startApplication({ ...application, logger });
  return logger.warnings;
}

@Injectable()
class Jobs {
  constructor(private readonly journal: Journal) {}

  @Cron('* * * * * *')
  @TaskLock('each second')
  async eachSecond(): Promise<void> {
    this.journal.write();
  }
}

test('an application in which all is well gets no warning', async () => {
  expect(await warningsOf({ providers: [Jobs, Journal] })).toEqual([]);
});

describe('a method that is registered twice is one task and gets one warning', () => {
  const warning = expect.stringMatching(
    /^Jobs\.eachSecond is registered 2 times \(an alias, or a class in several/,
  );

  test('as an alias', async () => {
    const logger = new CapturedLog();
    const application = await startApplication({
      providers: [Jobs, Journal, { provide: 'jobs', useExisting: Jobs }],
      logger,
    });
    expect(logger.warnings).toEqual([warning]);
    const runs = await application.get(Journal).atLeast(2, 'each second');
    const ticks = runs.map(({ scheduledTime }) => scheduledTime?.getTime());
    expect(new Set(ticks).size).toBe(ticks.length);
  });

  test('as a class in two modules', async () => {
    const journal = new Journal();
    @Module({ providers: [Jobs, { provide: Journal, useValue: journal }] })
    class One {}
    @Module({ providers: [Jobs, { provide: Journal, useValue: journal }] })
    class Other {}
    expect(await warningsOf({ imports: [One, Other] })).toEqual([warning]);
    const runs = await journal.atLeast(2, 'each second');
    const ticks = runs.map(({ scheduledTime }) => scheduledTime?.getTime());
    expect(new Set(ticks).size).toBe(ticks.length);
  });
});

test('a method that is registered twice gets no warning where the scheduler does not fire it', async () => {
  class Called {
    @TaskLock('called')
    async called(): Promise<void> {}

    @TaskCron('* * * * * *', 'fired once', { timeZone: 'UTC' })
    async firedOnce(): Promise<void> {}
  }
  const providers = [Called, { provide: 'called', useExisting: Called }];
  expect(await warningsOf({ providers })).toEqual([]);
});

test('a monitor above @TaskLock reports check-ins of replicas that skip, which is said', async () => {
  const reported: string[] = [];
  const withMonitor = <T>(slug: string, work: () => T): T => {
    reported.push(slug);
    return work();
  };
  /** Made as @SentryCron of @sentry/nestjs is. */
  const monitored = (slug: string) => (_: object, __: string, descriptor: PropertyDescriptor) => {
    const original = descriptor.value as (...args: unknown[]) => unknown;
    descriptor.value = function (...args: unknown[]) {
      return withMonitor(slug, () => original.apply(this, args));
    };
    for (const key of Reflect.getMetadataKeys(original) as string[])
      Reflect.defineMetadata(key, Reflect.getMetadata(key, original), descriptor.value as object);
  };
  @Injectable()
  class Monitored {
    @Cron(YEARLY, { name: 'wrong' })
    @monitored('wrong')
    @TaskLock('wrong')
    async wrong(): Promise<void> {}

    @Cron(YEARLY, { name: 'right' })
    @TaskLock('right')
    @monitored('right')
    async right(): Promise<void> {}
  }
  const store = new InMemoryLockStore();
  expect(await warningsOf({ providers: [Monitored], options: { store } })).toEqual([
    'Monitored.wrong has a monitor, like @SentryCron, above @TaskLock: every replica reports a check-in, also those that ' +
      'skip the tick. Write it below @TaskLock, next to the method.',
  ]);
  const second = await startApplication({ providers: [Monitored], options: { store } });
  for (const name of ['wrong', 'right', 'wrong', 'right']) await fireTick(second, name);
  expect(reported).toEqual(['wrong', 'right', 'wrong']);
});

test('@TaskCron on a class with two instances fires on the first only, which is said', async () => {
  @Injectable()
  class Twofold {
    @TaskCron(YEARLY, 'twofold', { timeZone: 'UTC' })
    async twofold(): Promise<void> {}
  }
  @Module({ providers: [Twofold] })
  class One {}
  @Module({ providers: [{ provide: 'twofold', useClass: Twofold }] })
  class Other {}
  expect(await warningsOf({ imports: [One, Other] })).toEqual([
    'Twofold.twofold has 2 instances, because modules register its class differently: the schedule of @TaskCron fires on ' +
      'the first of them only. Register the class once, and export it to the modules that need it.',
  ]);
});

test('an interval that is shorter than the gap of its schedule is no length of a lock, which is said', async () => {
  class Mistaken {
    @Cron('0 0 * * * *', { timeZone: 'UTC' })
    @TaskLock('hourly', '30s')
    async hourly(): Promise<void> {}
  }
  expect(await warningsOf({ providers: [Mistaken] })).toEqual([
    expect.stringMatching(/^Mistaken\.hourly has an interval of 30s, but its ticks are at least 1h apart/),
  ]);
});

test('an application without ScheduleModule is told that nothing will run by itself', async () => {
  const logger = new CapturedLog();
  const lock = TaskLockModule.forRoot({ store: new InMemoryLockStore() });
  const module = await Test.createTestingModule({ imports: [lock], providers: [Jobs, Journal] })
    .setLogger(logger)
    .compile();
  await module.init();
  expect(logger.warnings).toEqual([
    'ScheduleModule.forRoot() is not imported: no scheduled task will ever run by itself.',
  ]);
  await module.close();
});

describe('replicas whose crons have no zone of their own', () => {
  @Injectable()
  class Zoned {
    @Cron('0 9 * * *')
    @TaskLock('at nine here')
    async atNine(): Promise<void> {}

    @Cron('0 0 9 * * *', { timeZone: 'Europe/Zurich' })
    @TaskLock('at nine in Zurich')
    async atNineInZurich(): Promise<void> {}

    @Cron('0 9 * * *', { utcOffset: 60 })
    @TaskLock('at nine of an offset')
    async atNineOfAnOffset(): Promise<void> {}

    @Cron('*/5 * * * *')
    @TaskLock('each five minutes')
    async eachFiveMinutes(): Promise<void> {}

    @Cron(YEARLY, { name: 'yearly' })
    @TaskLock('yearly here')
    async yearly(): Promise<void> {}
  }

  function standIn(timeZone: string, TZ: string | undefined): void {
    const options = Intl.DateTimeFormat().resolvedOptions();
    jest.spyOn(Intl.DateTimeFormat.prototype, 'resolvedOptions').mockReturnValue({ ...options, timeZone });
    if (TZ === undefined) jest.replaceProperty(process, 'env', { ...process.env, TZ: undefined });
    else jest.replaceProperty(process, 'env', { ...process.env, TZ });
  }

  test('are warned where only the machine says which zone it is, and each task is named', async () => {
    standIn('America/New_York', undefined);
    const warnings = await warningsOf({ providers: [Zoned] });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(
      'The ticks of "at nine here", "yearly here" depend on this machine\'s time zone',
    );
    expect(warnings[0]).toContain('(America/New_York)');
    expect(warnings[0]).toContain('Give @Cron a timeZone, or set TZ for all replicas.');
  });

  test('are not warned where TZ is set', async () => {
    standIn('America/New_York', 'America/New_York');
    expect(await warningsOf({ providers: [Zoned] })).toEqual([]);
  });

  test('are not warned where the machine is in UTC', async () => {
    standIn('UTC', undefined);
    expect(await warningsOf({ providers: [Zoned] })).toEqual([]);
  });
});

import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Inject, Injectable, Logger, Module } from '@nestjs/common';
import { Cron, ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import type { DataSource } from 'typeorm';
import { currentTaskRun } from '../../src/calls/call-context.js';
import { TaskLock, TaskLockConfigurationError, TaskLockModule, TaskLockService } from '../../src/index.js';
import {
  attachTaskLock,
  InMemoryLockStore,
  LOCK_STORE,
  TaskLockTestingModule,
} from '../../src/testing/index.js';
import { CapturedLog } from '../support/captured-log.js';

const MAILER = 'mailer';

interface Mailer {
  send(report: string): Promise<void>;
}

@Injectable()
class Reports {
  constructor(@Inject(MAILER) private readonly mailer: Mailer) {}

  @Cron('0 0 9 * * *', { name: 'daily', timeZone: 'UTC' })
  @TaskLock('daily report', '${reports.every:1d}')
  async daily(): Promise<string> {
    await this.mailer.send('daily');
    return 'sent';
  }

  @TaskLock('report on demand', '1h')
  async onDemand(): Promise<string> {
    await this.mailer.send('on demand');
    return 'sent';
  }
}

const mailer = { send: jest.fn<Mailer['send']>() };
const providers = [Reports, { provide: MAILER, useValue: mailer }];

const opened: TestingModule[] = [];
afterEach(async () => {
  for (const module of opened.splice(0)) await module.close();
  mailer.send.mockReset();
});

async function compile(metadata: Parameters<typeof Test.createTestingModule>[0]): Promise<TestingModule> {
  const module = await Test.createTestingModule(metadata).compile();
  opened.push(module);
  return module;
}

describe.each([
  ['TaskLockTestingModule', () => TaskLockTestingModule],
  ['TaskLockTestingModule.forRoot()', () => TaskLockTestingModule.forRoot()],
])('an existing spec with one line more, %s', (_, imported) => {
  test('calls its methods as often as it likes, without a database', async () => {
    const module = await compile({ imports: [imported()], providers });
    const reports = module.get(Reports);
    expect(await reports.daily()).toBe('sent');
    expect(await reports.daily()).toBe('sent');
    expect(await reports.onDemand()).toBe('sent');
    expect(await reports.onDemand()).toBe('sent');
    expect(mailer.send.mock.calls).toEqual([['daily'], ['daily'], ['on demand'], ['on demand']]);
  });

  test('starts, and finds the service', async () => {
    const module = await compile({ imports: [ScheduleModule.forRoot(), imported()], providers });
    await module.init();
    const answer = await module.get(TaskLockService).run('daily report', (run) => run.name);
    expect(answer).toEqual({ status: 'executed', value: 'daily report' });
  });

  test('sees that runs exclude each other', async () => {
    const module = await compile({ imports: [imported()], providers });
    const both = [module.get(Reports).onDemand(), module.get(Reports).onDemand()];
    expect(await Promise.all(both)).toEqual(['sent', undefined]);
  });

  test('gives instances that a factory made their lock when it is initialised', async () => {
    const factory = { provide: Reports, useFactory: () => new Reports(mailer) };
    const module = await compile({ imports: [imported()], providers: [factory] });
    await expect(module.get(Reports).daily()).rejects.toThrow('once the application is initialised');
    await module.init();
    expect(await module.get(Reports).daily()).toBe('sent');
  });

  test('shares no lock with another spec', async () => {
    const modules = [
      await compile({ imports: [imported()], providers }),
      await compile({ imports: [imported()], providers }),
    ];
    const both = modules.map((module) => module.get(Reports).onDemand());
    expect(await Promise.all(both)).toEqual(['sent', 'sent']);
  });

  test('can replace the decorated class, or what it depends on', async () => {
    const replaced = await Test.createTestingModule({ imports: [imported()], providers })
      .overrideProvider(Reports)
      .useValue({ daily: () => 'mocked' })
      .compile();
    opened.push(replaced);
    expect(await replaced.init()).toBe(replaced);
    expect(replaced.get<{ daily(): string }>(Reports).daily()).toBe('mocked');
    const send = jest.fn<Mailer['send']>();
    const quiet = await Test.createTestingModule({ imports: [imported()], providers })
      .overrideProvider(MAILER)
      .useValue({ send })
      .compile();
    opened.push(quiet);
    await quiet.get(Reports).daily();
    expect(send).toHaveBeenCalledWith('daily');
  });
});

describe('TaskLockTestingModule.forRoot takes', () => {
  test('a store, so that a spec can play several replicas', async () => {
    const store = new InMemoryLockStore();
    const imports = [TaskLockTestingModule.forRoot({ store, minHoldFactor: 0.9 })];
    const [one, other] = [await compile({ imports, providers }), await compile({ imports, providers })];
    expect(await one.get(Reports).onDemand()).toBe('sent');
    expect(await other.get(Reports).onDemand()).toBeUndefined();
    expect(store.row('report on demand')?.outcome).toBe('succeeded');
  });

  test.each([
    ['no options', {}],
    ['options without a type', { options: {} }],
  ])('a mock of a data source that has %s', async (_, mocked) => {
    const transaction = (_level: string, work: (manager: unknown) => Promise<unknown>) => work('the manager');
    const dataSource = { ...mocked, transaction } as unknown as DataSource;
    @Injectable()
    class Jobs {
      @TaskLock('job')
      async job(): Promise<unknown> {
        return currentTaskRun()!.transaction(async (manager) => manager);
      }
    }
    const imports = [TaskLockTestingModule.forRoot({ dataSource })];
    const module = await compile({ imports, providers: [Jobs] });
    await module.init();
    expect(await module.get(Jobs).job()).toBe('the manager');
  });

  test('options that are wrong, and says so at the start', async () => {
    const module = await compile({
      imports: [TaskLockTestingModule.forRoot({ maxHoldFactor: -1 })],
      providers,
    });
    await expect(module.init()).rejects.toThrow(TaskLockConfigurationError);
  });
});

describe('a spec of a whole application, which imports TaskLockModule itself', () => {
  @Module({ imports: [TaskLockModule.forRoot()], providers })
  class AppModule {}

  test('overrides LOCK_STORE, and needs no database', async () => {
    const store = new InMemoryLockStore();
    const module = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(LOCK_STORE)
      .useValue(store)
      .compile();
    opened.push(module);
    await module.init();
    expect(await module.get(Reports).onDemand()).toBe('sent');
    expect(store.row('report on demand')?.outcome).toBe('succeeded');
  });

  test('is told so where it imports TaskLockTestingModule beside it', async () => {
    const module = await compile({ imports: [AppModule, TaskLockTestingModule] });
    await expect(module.init()).rejects.toThrow("override its LOCK_STORE from 'nestjs-task-lock/testing'");
  });
});

describe('attachTaskLock', () => {
  test('prints no line for a run or a skip: the spec has output of its own', async () => {
    const log = new CapturedLog();
    Logger.overrideLogger(log);
    const reports = attachTaskLock(new Reports(mailer));
    await Promise.all([reports.daily(), reports.daily()]);
    Logger.overrideLogger(false);
    expect(log.lines).toEqual([]);
  });

  test('gives the same instance a lock of its own', async () => {
    const reports = new Reports(mailer);
    expect(attachTaskLock(reports)).toBe(reports);
    expect(await reports.daily()).toBe('sent');
    expect(await reports.daily()).toBe('sent');
    expect(await Promise.all([reports.daily(), attachTaskLock(new Reports(mailer)).daily()])).toEqual([
      'sent',
      'sent',
    ]);
    expect(await Promise.all([reports.daily(), reports.daily()])).toEqual(['sent', undefined]);
  });

  test('leaves the instance as it looks', () => {
    expect(attachTaskLock(new Reports(mailer))).toEqual(new Reports(mailer));
    expect(Object.keys(attachTaskLock(new Reports(mailer)))).toEqual(['mailer']);
  });

  test('takes a store that several instances share', async () => {
    const store = new InMemoryLockStore();
    const [one, other] = [1, 2].map(() => attachTaskLock(new Reports(mailer), { store }));
    expect(await Promise.all([one!.daily(), other!.daily()])).toEqual(['sent', undefined]);
  });

  test('rejects options that are wrong, of the module and of the task', async () => {
    expect(() => attachTaskLock(new Reports(mailer), { maxHoldFactor: -1 })).toThrow(
      TaskLockConfigurationError,
    );
    class Mistaken {
      @TaskLock('no unit', '3600')
      async noUnit(): Promise<void> {}
    }
    await expect(attachTaskLock(new Mistaken()).noUnit()).rejects.toThrow(
      "Mistaken.noUnit, option interval: '3600'",
    );
  });

  test('gives the method its current run', async () => {
    class Jobs {
      @TaskLock('job')
      async job(): Promise<string | undefined> {
        return currentTaskRun()?.name;
      }
    }
    expect(await attachTaskLock(new Jobs()).job()).toBe('job');
  });
});

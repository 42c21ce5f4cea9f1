import { describe, expect, test } from '@jest/globals';
import { Injectable, Scope } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { Cron, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { CronJob } from 'cron';
import { ConfigValues } from '../../src/tasks/settings/placeholders.js';
import { cronSettings } from '../../src/tasks/settings/cron-settings.js';
import { currentTaskRun } from '../../src/calls/call-context.js';
import { TaskCron, TaskLock, TaskLockModule } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import {
  closeApplicationsAfterEach,
  fireTick,
  startApplication,
  THIS_JANUARY,
  YEARLY,
} from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import { Journal } from '../support/journal.js';

closeApplicationsAfterEach();

@Injectable()
class Jobs {
  constructor(private readonly journal: Journal) {}

  @TaskCron('${cleanup.cron:0 0 0 1 1 *}', 'clean-up', { timeZone: 'UTC' })
  async cleanUp(): Promise<string> {
    this.journal.write();
    return `cleaned for ${currentTaskRun()?.scheduledTime?.toISOString()}`;
  }

  @TaskCron('* * * * * *', 'each second')
  async eachSecond(): Promise<void> {
    this.journal.write();
  }

  @TaskCron(YEARLY, 'failing', { utcOffset: 60 })
  async failing(): Promise<void> {
    throw new Error('out of paper');
  }
}

const config = (values: Record<string, unknown>) =>
  ConfigModule.forRoot({ ignoreEnvFile: true, load: [() => values] });

describe('@TaskCron', () => {
  test('fires by an expression of the configuration, under the lock, with the tick of all replicas', async () => {
    const store = new InMemoryLockStore();
    const replicas = await Promise.all(
      [1, 2].map(() =>
        startApplication({
          imports: [config({ cleanup: { cron: '0 0 0 1 1 *' } })],
          providers: [Jobs, Journal],
          options: { store },
        }),
      ),
    );
    for (const replica of replicas) await fireTick(replica, 'clean-up');
    const runs = replicas.flatMap((replica) => replica.get(Journal).of('clean-up'));
    expect(runs.map(({ scheduledTime }) => scheduledTime?.getTime())).toEqual([THIS_JANUARY]);
  });

  test('fires by itself', async () => {
    const application = await startApplication({ providers: [Jobs, Journal] });
    const run = await application.get(Journal).first('each second');
    expect(run.scheduledTime!.getTime() % 1_000).toBe(0);
  });

  test('takes the expression that the configuration gives, and not its default', async () => {
    const application = await startApplication({
      imports: [config({ cleanup: { cron: '30 4 * * *' } })],
      providers: [Jobs, Journal],
    });
    expect(String(application.get(SchedulerRegistry).getCronJob('clean-up').cronTime.source)).toBe(
      '30 4 * * *',
    );
  });

  test('has the minimum hold of its schedule', async () => {
    const application = await startApplication({ providers: [Jobs, Journal] });
    await fireTick(application, 'clean-up');
    await fireTick(application, 'clean-up');
    expect(application.get(Journal).of('clean-up')).toHaveLength(1);
  });

  test('tells direct calls from ticks', async () => {
    const application = await startApplication({ providers: [Jobs, Journal] });
    await fireTick(application, 'clean-up');
    expect(await application.get(Jobs).cleanUp()).toBe('cleaned for undefined');
  });

  test('fires with a scheduler of another copy of @nestjs/schedule, as in a bundle', async () => {
    @Injectable()
    class SchedulerOfTheBundle extends SchedulerRegistry {}
    const logger = new CapturedLog();
    const module = await Test.createTestingModule({
      imports: [TaskLockModule.forRoot({ store: new InMemoryLockStore() })],
      providers: [Jobs, Journal, SchedulerOfTheBundle],
    })
      .setLogger(logger)
      .compile();
    try {
      await module.init();
      const scheduler = module.get(SchedulerOfTheBundle);
      expect([...scheduler.getCronJobs().keys()]).toEqual(['clean-up', 'each second', 'failing']);
      expect(logger.lines.filter(({ level }) => level === 'warn')).toEqual([]);
      for (const job of scheduler.getCronJobs().values()) void job.stop();
    } finally {
      await module.close();
    }
  });

  test('stops with the application', async () => {
    const application = await startApplication({ providers: [Jobs, Journal] });
    const job = application.get(SchedulerRegistry).getCronJob('each second');
    expect(job.isActive).toBe(true);
    await application.close();
    expect(job.isActive).toBe(false);
  });

  test('logs what the method throws, and lives on', async () => {
    const logger = new CapturedLog();
    const application = await startApplication({ providers: [Jobs, Journal], logger });
    await fireTick(application, 'failing');
    expect(
      logger.lines.filter(({ level }) => level === 'error').map(({ message }) => String(message)),
    ).toEqual([expect.stringContaining('out of paper')]);
  });

  test('warns without ScheduleModule, as for @Cron', async () => {
    const logger = new CapturedLog();
    const module = await Test.createTestingModule({
      imports: [TaskLockModule.forRoot({ store: new InMemoryLockStore() })],
      providers: [Jobs, Journal],
    })
      .setLogger(logger)
      .compile();
    await module.init();
    expect(logger.lines.map(({ message }) => message)).toContain(
      'ScheduleModule.forRoot() is not imported: no scheduled task will ever run by itself.',
    );
    await module.close();
  });
});

describe('at start-up', () => {
  const startWith = (expression: string, ...more: MethodDecorator[]) => {
    class Wrong {
      async job(): Promise<void> {}
    }
    const descriptor = Object.getOwnPropertyDescriptor(Wrong.prototype, 'job')!;
    for (const decorate of [...more, TaskCron(expression, 'job')])
      decorate(Wrong.prototype, 'job', descriptor);
    Object.defineProperty(Wrong.prototype, 'job', descriptor);
    Injectable()(Wrong);
    return startApplication({ imports: [config({ bad: { cron: '61 * * * *' } })], providers: [Wrong] });
  };

  test.each<[string, string, RegExp]>([
    [
      'that cannot be read',
      'every monday',
      /Wrong\.job, its schedule: @TaskCron\('every monday'\) cannot be read: /,
    ],
    [
      'that came out of a placeholder, with it',
      '${bad.cron}',
      /Wrong\.job, its schedule: @TaskCron\('61 \* \* \* \*'\) cannot be read: .*; this is what '\$\{bad\.cron\}' resolved to/,
    ],
    [
      'that can be read, and has no next date,',
      '0 0 30 2 *',
      /Wrong\.job, its schedule: @TaskCron\('0 0 30 2 \*'\) never fires: /,
    ],
    [
      'whose placeholder has no value',
      '${no.such.cron}',
      /Wrong\.job, its schedule: '\$\{no\.such\.cron\}' has no value: set /,
    ],
  ])('an expression %s is an error', async (_, expression, message) => {
    await expect(startWith(expression)).rejects.toThrow(message);
  });

  test('a second schedule is an error', async () => {
    const cron = Cron(YEARLY);
    await expect(startWith(YEARLY, cron)).rejects.toThrow(
      /Wrong\.job, its schedule: @TaskCron already gives it one: remove @Cron, @Interval or @Timeout/,
    );
  });

  test('a method with @Cron is reported with it, also beside a @TaskCron of the same expression', async () => {
    class Both {
      @TaskCron(YEARLY, 'of the configuration')
      async ofTheConfiguration(): Promise<void> {}

      @Cron(YEARLY)
      @TaskLock('of the code', undefined, { key: (id: number) => id })
      async ofTheCode(id: number): Promise<number> {
        return id;
      }
    }
    await expect(startApplication({ providers: [Both] })).rejects.toThrow(
      `Both.ofTheCode, option key: @Cron('${YEARLY}') calls without arguments`,
    );
  });
});

describe('what nothing fires', () => {
  const startWith = async (type: Type, scheduler = {}) => {
    const logger = new CapturedLog();
    const module = await Test.createTestingModule({
      imports: [
        ScheduleModule.forRoot(scheduler),
        TaskLockModule.forRoot({ store: new InMemoryLockStore() }),
      ],
      providers: [type],
    })
      .setLogger(logger)
      .compile();
    let names: string[];
    try {
      await module.init();
      names = [...module.get(SchedulerRegistry).getCronJobs().keys()];
    } finally {
      await module.close();
    }
    const warnings = logger.lines.filter(({ level }) => level === 'warn').map(({ message }) => message);
    return { names, warnings };
  };

  class Parent {
    @TaskCron(YEARLY, 'parent', { timeZone: 'UTC' })
    async job(): Promise<void> {}
  }

  test('is a task whose name another cron job has: the start says where', async () => {
    @Injectable()
    class Named extends Parent {
      @Cron(YEARLY, { name: 'parent' })
      other(): void {}
    }
    await expect(startWith(Named)).rejects.toThrow(
      "Named.job, its schedule: 'parent' is the name of the cron job of Named.other already, and the scheduler fires only " +
        'one of them: give each a name of its own',
    );
  });

  test('is a task whose name has a job that the application has added before: the start says where', async () => {
    @Injectable()
    class Adding extends Parent {
      constructor(private readonly scheduler: SchedulerRegistry) {
        super();
      }

      onModuleInit(): void {
        this.scheduler.addCronJob('parent', new CronJob(YEARLY, () => {}));
      }
    }
    await expect(startWith(Adding)).rejects.toThrow(
      "Adding.job, option name: 'parent' is the name of a cron job already, like one of @Cron({ name }): rename one of them",
    );
  });

  test('is a method that overrides one with @TaskCron: it would run without a lock', async () => {
    @Injectable()
    class Child extends Parent {
      override async job(): Promise<void> {}
    }
    const { names, warnings } = await startWith(Child);
    expect(names).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/^Child\.job has a schedule of @TaskCron that nothing fires: /),
    ]);
  });

  test('is the schedule of a method that is overridden by one with its own', async () => {
    @Injectable()
    class Child extends Parent {
      @TaskCron('0 3 * * *', 'child', { timeZone: 'UTC' })
      override async job(): Promise<void> {}
    }
    expect((await startWith(Child)).names).toEqual(['child']);
  });

  test('is the method of a request-scoped class, as with @Cron', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Scoped {
      @TaskCron(YEARLY, 'scoped')
      async job(): Promise<void> {}
    }
    const { names, warnings } = await startWith(Scoped);
    expect(names).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/^Scoped\.job has a schedule of @TaskCron that nothing fires: /),
    ]);
  });

  test('is anything in a replica that is told not to schedule', async () => {
    @Injectable()
    class Child extends Parent {}
    expect((await startWith(Child, { cronJobs: false })).names).toEqual([]);
    expect((await startWith(Child)).names).toEqual(['parent']);
  });
});

test.each([
  [
    { utcOffset: Number.NaN },
    'the utcOffset of @TaskCron must be whole minutes, like 60 for an hour east; it is NaN',
  ],
  [
    { utcOffset: 1_440 },
    'the utcOffset of @TaskCron must be whole minutes, like 60 for an hour east; it is 1440',
  ],
  [
    { utcOffset: '60' as never },
    'the utcOffset of @TaskCron must be whole minutes, like 60 for an hour east; it is 60',
  ],
  [{ timeZone: 'Mars' }, "the timeZone of @TaskCron must be an IANA zone, like 'Europe/Paris'; it is 'Mars'"],
  [
    { timeZone: '${no.such.zone:Mars}' },
    "the timeZone of @TaskCron must be an IANA zone, like 'Europe/Paris'; it is 'Mars', which is what '${no.such.zone:Mars}' resolved to",
  ],
  [
    { timeZone: null as never },
    "the timeZone of @TaskCron must be an IANA zone, like 'Europe/Paris'; it is null",
  ],
])('a zone that is none is told as it is written: %j', (zone, problem) => {
  expect(() => cronSettings({ expression: YEARLY, ...zone }, new ConfigValues({}))).toThrow(
    new Error(problem),
  );
});

test('an empty zone of the configuration is the zone of the machine, as where none is given', () => {
  const values = new ConfigValues({});
  expect(cronSettings({ expression: YEARLY, timeZone: '${no.such.zone:}' }, values).timeZone).toBeUndefined();
  expect(cronSettings({ expression: YEARLY, timeZone: '${no.such.zone:UTC}' }, values).timeZone).toBe('UTC');
});

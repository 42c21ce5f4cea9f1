import { describe, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron, Interval, ScheduleModule, Timeout } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { TaskLock, TaskLockConfigurationError, TaskLockModule } from '../../src/index.js';
import type { TaskLockModuleOptions, TaskLockProblem } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { closeApplicationsAfterEach, compileApplication, YEARLY } from '../support/application.js';
import type { ApplicationUnderTest } from '../support/application.js';

closeApplicationsAfterEach();

/** The one error of an application that does not start. */
async function startUpError(application: ApplicationUnderTest): Promise<TaskLockConfigurationError> {
  const module = await compileApplication(application);
  const error = await module.init().then(
    () => 'it started',
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TaskLockConfigurationError);
  return error as TaskLockConfigurationError;
}

@Injectable()
class Mistaken {
  @TaskLock('${mistakes.name}')
  async nameWithoutValue(): Promise<void> {}

  @Interval(60_000)
  @TaskLock('interval without value', '${mistakes.interval}')
  async intervalWithoutValue(): Promise<void> {}

  @TaskLock('no unit', '3600')
  async noUnit(): Promise<void> {}

  @TaskLock({ name: 'no durations', interval: 'soon', minHold: '-1s', maxHold: 'PT' })
  async noDurations(): Promise<void> {}

  @Cron('0 * * * *')
  @TaskLock('minimum of an interval', { interval: '1h', minHold: '1h' } as never)
  async misplacedOptions(): Promise<void> {}

  @Cron('0 * * * *')
  @TaskLock({ name: 'minimum of the schedule', minHold: '60m' })
  async minimumOfTheSchedule(): Promise<void> {}

  @TaskLock({ name: 'minimum above maximum', interval: '1d', minHold: '2h', maxHold: '1h' })
  async minimumAboveMaximum(): Promise<void> {}

  @TaskLock('twice', '1h')
  async once(): Promise<void> {}

  @TaskLock('twice', '1h')
  async onceMore(): Promise<void> {}

  @Timeout(1_000)
  @TaskLock('timeout')
  async afterStart(): Promise<void> {}

  @Cron(new Date(Date.now() + 3_600_000))
  @TaskLock('date')
  async onADate(): Promise<void> {}

  @TaskLock({ name: 'unknown option', interval: '1h', lockAtMostFor: '1h' } as never)
  async unknownOption(): Promise<void> {}

  @TaskLock('')
  async noName(): Promise<void> {}

  @TaskLock('all is well', '1h')
  async right(): Promise<void> {}
}

class Base {
  @TaskLock('inherited twice', '1h')
  async job(): Promise<void> {}
}

@Injectable()
class One extends Base {}

@Injectable()
class Other extends Base {}

const mistakenOptions = {
  minHoldFactor: 1,
  maxHoldFactor: 0,
  claimTimeout: '5',
  shutdownTimeout: 'never',
  table: '',
  retries: 3,
} as TaskLockModuleOptions;

const expected: [where: string, option: string, message: RegExp][] = [
  ['TaskLockModule', 'minHoldFactor', /^1 must be a .*from 0 to below 1/],
  ['TaskLockModule', 'maxHoldFactor', /^0 must be .*more than 0/],
  ['TaskLockModule', 'claimTimeout', /'5' carries no unit: write '5s' for seconds or '5ms'/],
  ['TaskLockModule', 'shutdownTimeout', /'never' is not a length of time: write it like '500ms'/],
  ['TaskLockModule', 'table', /must be a non-empty string/],
  ['TaskLockModule', 'retries', /is not an option; there are dataSource, schema/],
  ['Mistaken.nameWithoutValue', 'name', /set the environment variable mistakes\.name or MISTAKES_NAME/],
  [
    'Mistaken.intervalWithoutValue',
    'interval',
    /'\$\{mistakes\.interval\}' has no value: .*MISTAKES_INTERVAL/,
  ],
  ['Mistaken.noUnit', 'interval', /'3600' carries no unit: write '3600s' for seconds or '3600ms'/],
  ['Mistaken.noDurations', 'interval', /'soon' is not a length of time/],
  ['Mistaken.noDurations', 'minHold', /'-1s' is not a length of time/],
  ['Mistaken.noDurations', 'maxHold', /'PT' is not a length of time/],
  ['Mistaken.misplacedOptions', 'interval', /\[object Object\] is not a length of time/],
  ['Mistaken.minimumOfTheSchedule', 'minHold', /minimum hold of 1h must be below the interval of 1h/],
  ['Mistaken.minimumAboveMaximum', 'minHold', /minimum hold of 2h must not be above the maximum hold of 1h/],
  ['Mistaken.onceMore', 'name', /'twice' is the name of Mistaken\.once already/],
  ['Mistaken.afterStart', 'interval', /@Timeout\(1000\) ticks once.*@TaskLock\('timeout', '1h'\)/],
  ['Mistaken.onADate', 'interval', /@Cron\(.*\) ticks once.*@TaskLock\('date', '1h'\)/],
  ['Mistaken.unknownOption', 'lockAtMostFor', /is not an option of @TaskLock; there are name, interval/],
  ['Mistaken.noName', 'name', /must not be empty/],
  ['Other.job', 'name', /'inherited twice' is the name of One\.job already/],
];

describe('an application with every mistake at once', () => {
  let error: TaskLockConfigurationError;
  const problemAt = (where: string, option: string): TaskLockProblem[] =>
    error.problems.filter((problem) => problem.where === where && problem.option === option);

  test('does not start, with one error', async () => {
    error = await startUpError({ providers: [Mistaken, One, Other], options: mistakenOptions });
    expect(error.message).toContain(`nestjs-task-lock cannot start: ${expected.length} things are wrong`);
  });

  test.each(expected)('that names %s, option %s, and how to write it right', (where, option, message) => {
    const [problem, ...more] = problemAt(where, option);
    expect(problem?.message).toMatch(message);
    expect(more).toEqual([]);
    expect(error.message).toContain(`- ${where}, option ${option}: ${problem?.message}`);
  });

  test('and has nothing to say of what is right', () => {
    expect(error.message).not.toContain('Mistaken.right');
    expect(error.problems).toHaveLength(expected.length);
  });
});

describe('an application does not start', () => {
  test('without a data source, and learns where to give one', async () => {
    const error = await startUpError({ options: { store: undefined } });
    expect(error.message).toContain('one thing is wrong');
    expect(error.message).toContain(
      'TaskLockModule, option dataSource: the application has no TypeORM data source',
    );
    expect(error.message).toContain("import TypeOrmModule.forRoot({ type: 'postgres', ... })");
  });

  test('without a default data source where another one has a name: that is how to name it', async () => {
    const named = { module: class Reports {}, providers: [{ provide: 'reportsDataSource', useValue: {} }] };
    const error = await startUpError({ imports: [named], options: { store: undefined } });
    expect(error.message).toContain(
      "the application has no default TypeORM data source: it has one named 'reports', so write " +
        "TaskLockModule.forRoot({ dataSource: 'reports' })",
    );
  });

  test('without the data source that the options name', async () => {
    const error = await startUpError({ options: { store: undefined, dataSource: 'jobs' } });
    expect(error.message).toContain("the application has no TypeORM data source 'jobs'");
    expect(error.message).toContain("name: 'jobs', type: 'postgres'");
  });

  test('with schedules that the scheduler itself would refuse without naming the method', async () => {
    @Injectable()
    class Never {
      @Cron('0 0 30 2 *')
      @TaskLock('never')
      async never(): Promise<void> {}

      @TaskLock('mistyped')
      @Cron('0 0 99 * *')
      async mistyped(): Promise<void> {}

      @Interval(60_000)
      @TaskLock('right', '60')
      async noUnit(): Promise<void> {}

      @Interval(1_000)
      @Cron('0 0 3 * * *')
      @TaskLock('two schedules')
      async twoSchedules(): Promise<void> {}
    }
    const error = await startUpError({ providers: [Never], options: { store: undefined } });
    expect(error.problems.map(({ where, option }) => `${where}, ${option}`).sort()).toEqual([
      'Never.mistyped, its schedule',
      'Never.never, its schedule',
      'Never.noUnit, interval',
      'Never.twoSchedules, its schedule',
      'TaskLockModule, dataSource',
    ]);
    expect(error.message).toContain(
      "Never.twoSchedules, its schedule: @Cron('0 0 3 * * *') and @Interval(1000) both stand on this method, and the " +
        'scheduler fires only the upper one: remove one, or write a method for each',
    );
    expect(error.message).toContain("Never.mistyped, its schedule: @Cron('0 0 99 * *') cannot be read: ");
    expect(error.message).toContain("Never.never, its schedule: @Cron('0 0 30 2 *') never fires: ");
  });

  test.each([
    ['@Cron', Cron(YEARLY, { name: 'shared' }), 'cron job'],
    ['@Interval', Interval('shared', 60_000), 'interval'],
    ['@Timeout', Timeout('shared', 60_000), 'timeout'],
  ])('with two timers of one name by %s, of which the scheduler may set only one', async (_, timer, what) => {
    @Injectable()
    class Locked {
      @timer
      @TaskLock('locked', '1h')
      async locked(): Promise<void> {}
    }
    @Injectable()
    class Plain {
      @timer
      plain(): void {}
    }
    // In this order the scheduler, which names no method, comes second.
    const lock = TaskLockModule.forRoot({ store: new InMemoryLockStore() });
    const module = await Test.createTestingModule({
      imports: [lock, ScheduleModule.forRoot()],
      providers: [Locked, Plain],
    }).compile();
    await expect(module.init()).rejects.toThrow(
      `Plain.plain, its schedule: 'shared' is the name of the ${what} of Locked.locked already, and the scheduler fires ` +
        'only one of them: give each a name of its own',
    );
  });

  test('with TaskLockModule imported twice', async () => {
    const error = await startUpError({ imports: [TaskLockModule.forRoot({ enabled: false })] });
    expect(error.message).toContain(
      'TaskLockModule: it is imported 2 times: import it once, in the root module',
    );
  });
});

test('a call before the start of a task that is wrong rejects with what is wrong, and does not run', async () => {
  const application = await compileApplication({ providers: [Mistaken] });
  const call = application.get(Mistaken).noUnit();
  await expect(call).rejects.toThrow(TaskLockConfigurationError);
  await expect(call).rejects.toThrow("Mistaken.noUnit, option interval: '3600' carries no unit");
});

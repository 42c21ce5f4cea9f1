import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { applyDecorators, Controller, Injectable, SetMetadata } from '@nestjs/common';
import { Cron, CronExpression, Interval, Timeout } from '@nestjs/schedule';
import { TaskLock } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { closeApplications, startApplication } from '../support/application.js';
import { Journal } from '../support/journal.js';

const everySecond = CronExpression.EVERY_SECOND;

@Injectable()
class Jobs {
  constructor(private readonly journal: Journal) {}

  @Cron(everySecond)
  @TaskLock('cron above')
  async cronAbove(): Promise<void> {
    this.journal.write();
  }

  @TaskLock('cron below')
  @Cron(everySecond)
  async cronBelow(): Promise<void> {
    this.journal.write();
  }

  @Interval(100)
  @TaskLock('interval above')
  async intervalAbove(): Promise<void> {
    this.journal.write();
  }

  @TaskLock('interval below')
  @Interval(100)
  async intervalBelow(): Promise<void> {
    this.journal.write();
  }

  @Timeout(50)
  @TaskLock('timeout above', '1h')
  async timeoutAbove(): Promise<void> {
    this.journal.write();
  }

  @TaskLock('timeout below', '1h')
  @Timeout(50)
  async timeoutBelow(): Promise<void> {
    this.journal.write();
  }

  @Cron(everySecond)
  @TaskLock({ name: 'as one object', maxHold: '1m' })
  async asOneObject(): Promise<void> {
    this.journal.write();
  }

  @Cron(everySecond)
  @TaskLock('with all three arguments', '1s', { minHold: '500ms', maxHold: '1m' })
  async withAllThreeArguments(): Promise<void> {
    this.journal.write();
  }

  @applyDecorators(Cron(everySecond), TaskLock('applied after cron'))
  async appliedAfterCron(): Promise<void> {
    this.journal.write();
  }

  @applyDecorators(TaskLock('applied before cron'), Cron(everySecond))
  async appliedBeforeCron(): Promise<void> {
    this.journal.write();
  }

  @Cron(everySecond)
  @TaskLock('not async')
  notAsync(): void {
    this.journal.write();
  }
}

@Controller()
class JobsController {
  constructor(private readonly journal: Journal) {}

  @Cron(everySecond)
  @TaskLock('of a controller')
  async run(): Promise<void> {
    this.journal.write();
  }
}

abstract class BaseJobs {
  constructor(private readonly journal: Journal) {}

  @Cron(everySecond)
  @TaskLock('inherited')
  async inherited(): Promise<void> {
    this.journal.write();
  }

  @Interval(100)
  @TaskLock('inherited beside an own one')
  async inheritedInterval(): Promise<void> {
    this.journal.write();
  }
}

@Injectable()
class DerivedJobs extends BaseJobs {
  constructor(private readonly ownJournal: Journal) {
    super(ownJournal);
  }

  @Cron(everySecond)
  @TaskLock('own')
  async own(): Promise<void> {
    this.ownJournal.write();
  }
}

describe('the scheduler runs a method under its lock', () => {
  const store = new InMemoryLockStore();
  let journal: Journal;

  beforeAll(async () => {
    const application = await startApplication({
      providers: [Jobs, DerivedJobs, Journal],
      controllers: [JobsController],
      options: { store },
    });
    journal = application.get(Journal);
  });
  afterAll(closeApplications);

  test.each([
    'cron above',
    'cron below',
    'as one object',
    'with all three arguments',
    'applied after cron',
    'applied before cron',
    'not async',
    'of a controller',
    'inherited',
    'own',
  ])('@Cron: %s', async (name) => {
    const { scheduledTime, startedAt } = await journal.first(name);
    expect(scheduledTime!.getTime() % 1_000).toBe(0);
    const late = startedAt.getTime() - scheduledTime!.getTime();
    // A timer may be 50 ms early, and a busy machine seconds late.
    expect(late).toBeGreaterThanOrEqual(-50);
    expect(late).toBeLessThan(60_000);
    expect(store.row(name)?.lastTick).toBeGreaterThanOrEqual(scheduledTime!.getTime());
  });

  test.each(['interval above', 'interval below', 'inherited beside an own one'])(
    '@Interval: %s',
    async (name) => {
      const [first, second] = await journal.atLeast(2, name);
      expect(second!.scheduledTime!.getTime()).toBeGreaterThan(first!.scheduledTime!.getTime());
    },
  );

  test.each(['timeout above', 'timeout below'])('@Timeout: %s', async (name) => {
    const { scheduledTime } = await journal.first(name);
    expect(scheduledTime).toBeUndefined();
    expect(store.row(name)?.fence).toBeGreaterThan(0n);
  });

  test('never without it', async () => {
    await journal.atLeast(2, 'cron above');
    expect(journal.unlocked).toBe(0);
  });
});

describe('a decorated method keeps', () => {
  test('its name and its length', () => {
    class Named {
      @Cron(everySecond)
      @TaskLock('named')
      async report(day: Date, language: string): Promise<string> {
        return `${day.toISOString()} in ${language}`;
      }
    }
    const method = Object.getOwnPropertyDescriptor(Named.prototype, 'report')?.value as () => unknown;
    expect(method.name).toBe('report');
    expect(method).toHaveLength(2);
  });

  test('the metadata of the decorators above and below it', () => {
    class Described {
      @SetMetadata('above', 1)
      @TaskLock('described')
      @SetMetadata('below', 2)
      async report(): Promise<void> {}
    }
    const method = Object.getOwnPropertyDescriptor(Described.prototype, 'report')?.value as object;
    expect(Reflect.getMetadata('above', method)).toBe(1);
    expect(Reflect.getMetadata('below', method)).toBe(2);
  });
});

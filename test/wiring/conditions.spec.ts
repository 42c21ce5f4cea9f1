import { describe, expect, jest, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron, Interval, Timeout } from '@nestjs/schedule';
import {
  TaskCron,
  TaskLock,
  TaskLockConfigurationError,
  TaskLockService,
  TaskLockUnavailableError,
} from '../../src/index.js';
import type { TaskLockModuleOptions } from '../../src/index.js';
import { attachTaskLock, InMemoryLockStore } from '../../src/testing/index.js';
import type { ClaimAnswer, ClaimRequest } from '../../src/store/lock-store.js';
import {
  closeApplicationsAfterEach,
  compileApplication,
  fireTick,
  startApplication,
  THIS_JANUARY,
  YEARLY,
} from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import { aClaim, aRelease } from '../support/claims.js';
import { settled } from '../support/fake-clock.js';
import { Journal } from '../support/journal.js';
import { until } from '../support/until.js';

closeApplicationsAfterEach();

const LAST_JANUARY = Date.UTC(new Date(THIS_JANUARY).getUTCFullYear() - 1, 0, 1);

/** A store that knows how often it was asked. */
class CountingStore extends InMemoryLockStore {
  claims = 0;

  override async claim(requests: readonly ClaimRequest[]): Promise<ClaimAnswer[]> {
    this.claims += requests.length;
    return super.claim(requests);
  }
}

/** Says whether its replica may run tasks, as a service of the application does. */
@Injectable()
class Leadership {
  isLeader = false;
  asked = 0;

  ask(): boolean {
    this.asked++;
    return this.isLeader;
  }
}

@Injectable()
class Jobs {
  constructor(
    private readonly leadership: Leadership,
    private readonly journal: Journal,
  ) {}

  @Cron(YEARLY, { name: 'report', timeZone: 'UTC' })
  @TaskLock('report', undefined, {
    when(this: Jobs) {
      return this.leadership.ask();
    },
  })
  async report(): Promise<string> {
    return this.write();
  }

  @TaskCron(YEARLY, 'configured', {
    timeZone: 'UTC',
    async when(this: Jobs) {
      return this.leadership.ask();
    },
  })
  async configured(): Promise<string> {
    return this.write();
  }

  @TaskLock('throwing', undefined, {
    overlap: 'throw',
    when(this: Jobs) {
      return this.leadership.ask();
    },
  })
  async throwing(): Promise<string> {
    return this.write();
  }

  @TaskLock('waiting', undefined, {
    overlap: 'wait',
    waitTimeout: '1h',
    when(this: Jobs) {
      return this.leadership.ask();
    },
  })
  async waiting(): Promise<string> {
    return this.write();
  }

  @TaskLock('nested', undefined, {
    when(this: Jobs) {
      return this.leadership.ask();
    },
  })
  async nested(): Promise<string | undefined> {
    return this.journal.of('nested').length > 0 ? 'inside' : (this.write(), this.nested());
  }

  private write(): string {
    this.journal.write();
    return 'done';
  }
}

async function start(store: InMemoryLockStore, isLeader: boolean, options: TaskLockModuleOptions = {}) {
  const logger = new CapturedLog();
  const application = await startApplication({
    providers: [Jobs, Leadership, Journal],
    options: { store, ...options },
    logger,
  });
  const leadership = application.get(Leadership);
  Object.assign(leadership, { isLeader, asked: 0 });
  const [jobs, journal] = [application.get(Jobs), application.get(Journal)];
  return { application, leadership, jobs, journal, logger, service: application.get(TaskLockService) };
}

describe('a tick', () => {
  test.each(['report', 'configured'])('of %s is left to a replica whose condition is true', async (name) => {
    const store = new CountingStore();
    const [other, leader] = [await start(store, false), await start(store, true)];
    await fireTick(other.application, name);
    expect(store.claims).toBe(0);
    expect(other.leadership.asked).toBe(1);
    await fireTick(leader.application, name);
    expect(other.journal.of()).toEqual([]);
    expect(leader.journal.of(name)).toHaveLength(1);
    expect(leader.journal.of(name)[0]!.scheduledTime?.getTime()).toBe(THIS_JANUARY);
  });

  test('of an @Interval or a @Timeout asks, too', async () => {
    const asked = { interval: 0, timeout: 0 };
    @Injectable()
    class Timers {
      ran = 0;

      @Interval(10)
      @TaskLock('interval', undefined, { when: () => ++asked.interval < 0 })
      async interval(): Promise<void> {
        this.ran++;
      }

      @Timeout(10)
      @TaskLock('timeout', '1h', { when: () => ++asked.timeout < 0 })
      async timeout(): Promise<void> {
        this.ran++;
      }
    }
    const store = new CountingStore();
    const application = await startApplication({ providers: [Timers], options: { store } });
    await until(() => asked.interval > 1 && asked.timeout > 0);
    expect(application.get(Timers).ran).toBe(0);
    expect(store.claims).toBe(0);
  });
});

test('a guard inside the method is what it replaces: a replica that does nothing wins, and nobody does the work', async () => {
  @Injectable()
  class Guarded {
    isLeader = false;
    worked = 0;

    @Cron(YEARLY, { name: 'guarded', timeZone: 'UTC' })
    @TaskLock('guarded')
    async guarded(): Promise<void> {
      if (this.isLeader) this.worked++;
    }
  }
  const options = { store: new CountingStore() };
  const [other, leader] = [
    await startApplication({ providers: [Guarded], options }),
    await startApplication({ providers: [Guarded], options }),
  ];
  leader.get(Guarded).isLeader = true;
  await fireTick(other, 'guarded');
  await fireTick(leader, 'guarded');
  expect(leader.get(Guarded).worked).toBe(0);
});

describe('a direct call', () => {
  test('asks like a tick: it resolves to undefined where the condition is false', async () => {
    const store = new CountingStore();
    const { jobs, leadership } = await start(store, false);
    expect(await jobs.report()).toBeUndefined();
    expect(store.claims).toBe(0);
    leadership.isLeader = true;
    expect(await jobs.report()).toBe('done');
  });

  test.each(['throwing', 'waiting'] as const)('that is %s is told at once', async (method) => {
    const store = new CountingStore();
    const { jobs, leadership } = await start(store, false);
    const error: unknown = await jobs[method]().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TaskLockUnavailableError);
    expect(error).toMatchObject({ task: method, reason: 'condition' });
    expect(String(error)).toContain(
      `The lock of the task "${method}" could not be claimed: its condition (option when) is not true on this replica. ` +
        'The method did not run.',
    );
    expect(store.claims).toBe(0);
    leadership.isLeader = true;
    expect(await jobs[method]()).toBe('done');
  });

  test('from inside the run of the same task is part of it, and asks nothing', async () => {
    const { jobs, leadership } = await start(new CountingStore(), true);
    expect(await jobs.nested()).toBe('inside');
    expect(leadership.asked).toBe(1);
  });
});

describe('TaskLockService.run', () => {
  test('with a bare name asks what is declared, on the instance that declares it', async () => {
    const store = new CountingStore();
    const { service, leadership } = await start(store, false);
    expect(await service.run('report', () => 'work')).toEqual({ status: 'skipped', reason: 'condition' });
    expect(store.claims).toBe(0);
    leadership.isLeader = true;
    expect(await service.run('report', () => 'work')).toEqual({ status: 'executed', value: 'work' });
  });

  test('with options asks what is declared unless a condition is given', async () => {
    const { service, leadership } = await start(new CountingStore(), false);
    const result = async (options: { when?: () => boolean }) =>
      (await service.run({ name: 'report', ...options }, () => 'work')).status;
    expect(await result({})).toBe('skipped');
    expect(await result({ when: () => true })).toBe('executed');
    leadership.isLeader = true;
    expect(await result({ when: () => false })).toBe('skipped');
  });

  test('asks that of a task without a decorator', async () => {
    const { service } = await start(new CountingStore(), false);
    const result = await service.run({ name: 'export', when: () => Promise.resolve(false) }, () => 'work');
    expect(result).toEqual({ status: 'skipped', reason: 'condition' });
  });
});

describe('requests', () => {
  @Injectable()
  class Requested {
    constructor(
      readonly leadership: Leadership,
      private readonly journal: Journal,
    ) {}

    @TaskLock('requested', undefined, {
      attempts: 1,
      when(this: Requested) {
        return this.leadership.ask();
      },
    })
    async requested(): Promise<void> {
      this.journal.write();
    }

    @TaskLock('buffered', undefined, {
      overlap: 'bufferOne',
      attempts: 1,
      when(this: Requested) {
        return this.leadership.ask();
      },
    })
    async buffered(): Promise<void> {
      this.journal.write();
    }

    @TaskLock('debounced', undefined, {
      debounce: { delay: 1 },
      attempts: 1,
      key: (id: number) => id,
      when(this: Requested) {
        return this.leadership.ask();
      },
    })
    async debounced(id: number): Promise<number> {
      this.journal.write();
      return id;
    }
  }

  const startRequested = async (store: InMemoryLockStore, isLeader: boolean, pollingInterval = 100) => {
    const options = { store, pollingInterval };
    const leadership = Object.assign(new Leadership(), { isLeader });
    const providers = [Requested, Journal, { provide: Leadership, useValue: leadership }];
    const application = await startApplication({ providers, options });
    const [jobs, journal] = [application.get(Requested), application.get(Journal)];
    return { jobs, journal, leadership, service: application.get(TaskLockService) };
  };

  const asks = {
    requested: ({ service }: { service: TaskLockService }) => service.request('requested'),
    buffered: ({ jobs }: { jobs: Requested }) => jobs.buffered(),
    debounced: ({ jobs }: { jobs: Requested }) => jobs.debounced(7),
  };
  const kinds = ['requested', 'buffered', 'debounced'] as const;

  test.each(kinds)('that are %s run on a replica whose condition is true', async (kind) => {
    const store = new CountingStore();
    const [other, leader] = [await startRequested(store, false), await startRequested(store, true)];
    await asks[kind](other);
    await leader.journal.atLeast(1, kind);
    expect(other.journal.of()).toEqual([]);
  });

  test.each(kinds)(
    'that are %s wait for one, claim nothing until then, and use up no attempt',
    async (kind) => {
      const store = new CountingStore();
      const replica = await startRequested(store, false);
      await asks[kind](replica);
      const { asked } = replica.leadership;
      await until(() => replica.leadership.asked > asked + 2);
      expect(store.claims).toBe(0);
      replica.leadership.isLeader = true;
      await replica.journal.atLeast(1, kind);
    },
  );

  test('of many keys ask the condition once a poll, and not once a key', async () => {
    const store = new CountingStore();
    const { jobs, leadership } = await startRequested(store, false, 60_000);
    await Promise.all(Array.from({ length: 50 }, (_, id) => jobs.debounced(id)));
    await until(() => leadership.asked > 0);
    // The names of one poll are begun in one turn, and at most eight at a time.
    const { asked } = leadership;
    expect(asked).toBeLessThanOrEqual(8);
    const found: unknown[] = [];
    const waiting = store.requests.waiting.bind(store.requests);
    jest.spyOn(store.requests, 'waiting').mockImplementation(async (search) => {
      const names = await waiting(search);
      found.push(...names.filter(({ dueIn }) => dueIn <= 0).map(({ key }) => key));
      return names;
    });
    await jobs.debounced(50);
    await until(() => found.includes('50'));
    await settled();
    expect(leadership.asked).toBe(asked);
    expect(store.claims).toBe(0);
  });
});

describe('what was left behind', () => {
  @Injectable()
  class LeftBehind {
    constructor(
      private readonly leadership: Leadership,
      private readonly journal: Journal,
    ) {}

    @Cron(YEARLY, { name: 'recovered', timeZone: 'UTC' })
    @TaskLock('recovered', undefined, {
      recover: true,
      when(this: LeftBehind) {
        return this.leadership.ask();
      },
    })
    async recovered(): Promise<void> {
      this.journal.write();
    }

    @Cron(YEARLY, { name: 'missed', timeZone: 'UTC' })
    @TaskLock('missed', undefined, {
      missed: 'once',
      when(this: LeftBehind) {
        return this.leadership.ask();
      },
    })
    async missed(): Promise<void> {
      this.journal.write();
    }
  }

  async function storeWithBoth(): Promise<CountingStore> {
    const store = new CountingStore();
    const tickOf = (at: number) => ({ kind: 'scheduled', scheduledTime: new Date(at) }) as const;
    const dead = { name: 'recovered', tick: tickOf(THIS_JANUARY), lease: 0, minHold: 0, recover: true };
    const earlier = aClaim({ name: 'missed', tick: tickOf(LAST_JANUARY), minHold: 0 });
    await store.claim([aClaim(dead)]);
    await store.claim([earlier]);
    await store.release([aRelease(earlier)]);
    store.claims = 0;
    return store;
  }

  test('is taken over by no replica whose condition is false, and by one whose condition becomes true', async () => {
    const store = await storeWithBoth();
    const leadership = new Leadership();
    const providers = [LeftBehind, Journal, { provide: Leadership, useValue: leadership }];
    const application = await startApplication({ providers, options: { store, lease: 100 } });
    await until(() => leadership.asked > 3);
    expect(store.claims).toBe(0);
    leadership.isLeader = true;
    const journal = application.get(Journal);
    expect((await journal.first('recovered')).recovering).toBe(true);
    expect((await journal.first('missed')).scheduledTime?.getTime()).toBe(THIS_JANUARY);
  });
});

describe('a condition', () => {
  test('that throws is an error of the log, and the method does not run', async () => {
    const store = new CountingStore();
    const { jobs, leadership, logger } = await start(store, true);
    leadership.ask = () => {
      throw new Error('no answer of the leader');
    };
    expect(await jobs.report()).toBeUndefined();
    expect(store.claims).toBe(0);
    expect(logger.errors).toEqual([
      'The condition of "report" (option when) threw an error: Error: no answer of the leader. The method did not run.',
    ]);
  });

  test('is asked also where nothing is locked', async () => {
    const { jobs, leadership } = await start(new InMemoryLockStore(), false, { enabled: false });
    expect(await jobs.report()).toBeUndefined();
    leadership.isLeader = true;
    expect(await jobs.report()).toBe('done');
  });

  test('is asked of an instance that a test has made', async () => {
    const leadership = new Leadership();
    const jobs = attachTaskLock(new Jobs(leadership, new Journal()));
    expect(await jobs.report()).toBeUndefined();
    leadership.isLeader = true;
    expect(await jobs.report()).toBe('done');
  });

  test.each([
    [true, 'true'],
    ['isLeader', 'string'],
    [{}, 'object'],
  ])('that is no function but %p is a problem at start-up', async (when, given) => {
    class Wrong {
      @TaskLock('wrong', undefined, { when: when as unknown as () => boolean })
      async work(): Promise<void> {}
    }
    const application = await compileApplication({ providers: [Wrong] });
    const starting: unknown = await application.init().catch((error: unknown) => error);
    expect(starting).toBeInstanceOf(TaskLockConfigurationError);
    expect(String(starting)).toContain(
      'Wrong.work, option when: must be a function that returns true or false, like () => isLeader(); it is ' +
        given,
    );
  });

  test('is checked by the compiler: `this` is the class of the method, and the answer a boolean', () => {
    class Typed {
      readonly isLeader = true;

      @TaskLock('fits', undefined, {
        when(this: Typed) {
          return this.isLeader;
        },
      })
      async fits(): Promise<void> {}

      @TaskLock({ name: 'fits with a key', key: (id: number) => id, when: () => Promise.resolve(true) })
      async fitsWithKey(id: number): Promise<number> {
        return id;
      }

      // @ts-expect-error: `this` is another class
      @TaskLock('does not fit', undefined, {
        when(this: Leadership) {
          return this.isLeader && this.asked > 0;
        },
      })
      async doesNotFit(): Promise<void> {}

      // @ts-expect-error: `this` is another class
      @TaskCron(YEARLY, 'does not fit either', {
        when(this: Leadership) {
          return this.isLeader && this.asked > 0;
        },
      })
      async doesNotFitEither(): Promise<void> {}

      // @ts-expect-error: a variable is a text
      @TaskLock('returns a text', undefined, { when: () => process.env['RUN_JOBS'] })
      async returnsText(): Promise<void> {}
    }
    expect(Typed).toBeDefined();
  });
});

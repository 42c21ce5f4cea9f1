import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Provider, Type } from '@nestjs/common';
import { Cron, ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { SessionCleanUp } from '../../examples/moving/advisory-lock/after.js';
import { ParcelTracking } from '../../examples/moving/nestjs-locks/after.js';
import { CarrierFeed } from '../../examples/moving/nestjs-locks/leader-after.js';
import { Carrier, Parcels } from '../../examples/moving/nestjs-locks/parcels.js';
import { NewsletterJob } from '../../examples/moving/pg-boss/before.js';
import { Newsletter } from '../../examples/moving/pg-boss/newsletter.js';
import { Accounting } from '../../examples/moving/redis-lock/after.js';
import { Books } from '../../examples/moving/redis-lock/books.js';
import { RateImport, Rates } from '../../examples/moving/shedlock/after.js';
import { Sitemap } from '../../examples/moving/vendure/sitemap.js';
import { currentTaskRun, TaskLock } from '../../src/index.js';
import { InMemoryLockStore, TaskLockTestingModule } from '../../src/testing/index.js';
import { CapturedLog } from '../support/captured-log.js';
import { fireTick, YEARLY } from '../support/application.js';
import { Gate } from '../support/gate.js';
import { until } from '../support/until.js';

// No tick falls between two calls of a test: the date stands still, and timers do not.
beforeEach(() => {
  const doNotFake = [
    'hrtime',
    'nextTick',
    'performance',
    'queueMicrotask',
    'setImmediate',
    'setInterval',
  ] as const;
  const now = Date.parse('2026-03-02T12:34:56Z');
  jest.useFakeTimers({
    now,
    doNotFake: [...doNotFake, 'setTimeout', 'clearTimeout', 'clearInterval', 'clearImmediate'],
  });
});
afterEach(() => void jest.useRealTimers());

const started: TestingModule[] = [];
afterEach(async () => {
  for (const application of started.splice(0)) await application.close();
});

const MANAGER = { name: 'a manager' };

/** Two replicas of an application, which share their locks. Its holds are those of the application. */
async function replicas(...providers: Provider[]) {
  return replicasOn(new InMemoryLockStore(), ...providers);
}

async function replicasOn(store: InMemoryLockStore, ...providers: Provider[]) {
  const transaction = async (_level: string, work: (manager: unknown) => Promise<unknown>) => work(MANAGER);
  const dataSource = { options: { type: 'postgres' }, transaction } as unknown as DataSource;
  const start = async () => {
    const lock = TaskLockTestingModule.forRoot({ store, dataSource, minHoldFactor: 0.9 });
    const builder = Test.createTestingModule({ imports: [ScheduleModule.forRoot(), lock], providers });
    const application = await builder.setLogger(new CapturedLog()).compile();
    started.push(application);
    return application.init();
  };
  return [await start(), await start()] as const;
}

/** Stands in for what a class depends on. */
function stub<T>(type: abstract new () => T, methods: Partial<T>): Provider {
  return { provide: type as Type<T>, useValue: methods };
}

describe('the class that came from @nestjs/locks', () => {
  test('runs a tick once, whichever replica is first, and writes under the lock', async () => {
    const write = jest.fn<Parcels['write']>(async () => {});
    const states = [{ parcel: 'P1', state: 'sent' }];
    const carrier = stub(Carrier, { states: async () => states });
    const [one, other] = await replicas(ParcelTracking, carrier, stub(Parcels, { write }));
    for (const replica of [other, one, other]) await fireTick(replica, 'parcel-tracking');
    expect(write.mock.calls).toEqual([[states, MANAGER]]);
  });

  test('lets an endpoint run it after a tick, once a run in progress has ended', async () => {
    const gate = new Gate();
    const signals: (AbortSignal | undefined)[] = [];
    const carrier = stub(Carrier, {
      states: async (signal) => {
        if (signals.push(signal) === 1) await gate.opened;
        return [];
      },
    });
    const [one, other] = await replicas(ParcelTracking, carrier, stub(Parcels, { write: async () => {} }));
    const ticking = fireTick(one, 'parcel-tracking');
    await until(() => signals.length === 1);
    const byHand = other.get(ParcelTracking).trackNow();
    gate.open();
    await Promise.all([ticking, byHand]);
    expect(signals).toEqual([expect.any(AbortSignal), expect.any(AbortSignal)]);
  });

  test('listens on one replica, and on the other once it shuts down', async () => {
    const signals: AbortSignal[] = [];
    const [one] = await replicas(
      CarrierFeed,
      stub(Carrier, {
        listen: async (signal) => {
          signals.push(signal);
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
        },
        hangUp: async () => {},
      }),
    );
    await until(() => signals.length === 1);
    await one.close();
    await until(() => signals.length === 2);
    expect(signals.map((signal) => signal.aborted)).toEqual([true, false]);
  });
});

describe('the class that came from a Redis lock', () => {
  test('runs a tick once, also where the other replica comes after its end', async () => {
    const sendReminders = jest.fn<Books['sendReminders']>(async () => 3);
    const [one, other] = await replicas(Accounting, stub(Books, { sendReminders }));
    await fireTick(one, 'reminders');
    await fireTick(other, 'reminders');
    expect(sendReminders).toHaveBeenCalledTimes(1);
  });

  test('returns the value of a call, and resolves to undefined in place of an error where it is skipped', async () => {
    const gate = new Gate();
    const sendReminders = jest.fn<Books['sendReminders']>(() => gate.opened.then(() => 3));
    const [one, other] = await replicas(Accounting, stub(Books, { sendReminders }));
    const sending = one.get(Accounting).sendReminders();
    await until(() => sendReminders.mock.calls.length === 1);
    expect(await other.get(Accounting).sendReminders()).toBeUndefined();
    gate.open();
    expect(await sending).toBe(3);
  });

  test('waits for a call with the same argument, and not for one with another', async () => {
    const gate = new Gate();
    const settled: string[] = [];
    const books = stub(Books, {
      settle: async (customerId) => {
        const turn = settled.push(customerId);
        if (turn === 1) await gate.opened;
        return turn;
      },
    });
    const [one, other] = (await replicas(Accounting, books)).map((each) => each.get(Accounting));
    const first = one!.settle('a');
    await until(() => settled.length === 1);
    const second = other!.settle('a');
    expect(await other!.settle('b')).toBe(2);
    expect(settled).toEqual(['a', 'b']);
    gate.open();
    expect(await Promise.all([first, second])).toEqual([1, 3]);
  });
});

test('the class that came from an advisory lock runs a tick once, and holds no connection', async () => {
  const query = jest.fn(async (statement: string) => void statement);
  const [one, other] = await replicas(SessionCleanUp, { provide: DataSource, useValue: { query } });
  await fireTick(one, 'session-clean-up');
  await fireTick(other, 'session-clean-up');
  expect(query.mock.calls).toEqual([['DELETE FROM session WHERE expires_at < now()']]);
});

test('the class that came from Vendure runs in one worker, and its endpoint sees the result', async () => {
  class ProcessContext {
    constructor(readonly isWorker: boolean) {}
  }
  jest.unstable_mockModule('@vendure/core', () => ({ ProcessContext }), { virtual: true });
  const { SitemapTask } = await import('../../examples/moving/vendure/after.js');
  const write = jest.fn<Sitemap['write']>(async () => 12);
  let started = 0;
  const processContext = { provide: ProcessContext, useFactory: () => new ProcessContext(started++ > 0) };
  const [server, worker] = await replicas(SitemapTask, processContext, stub(Sitemap, { write }));
  for (const replica of [server, worker]) await fireTick(replica, 'sitemap');
  expect(write).toHaveBeenCalledTimes(1);
  expect(await server.get(SitemapTask).write()).toBeUndefined();
  expect(await worker.get(SitemapTask).write()).toEqual({ pages: 12 });
});

test('the class in the words of ShedLock stores nothing more once its lock is lost', async () => {
  const store = jest.fn<Rates['store']>(async () => {});
  const kept: NonNullable<ReturnType<typeof currentTaskRun>>[] = [];
  const rates = stub(Rates, {
    async *load() {
      kept.push(currentTaskRun()!);
      yield 'EUR';
      yield 'CHF';
    },
    store,
  });
  const [one, other] = await replicas(RateImport, rates);
  await fireTick(one, 'rate-import');
  await fireTick(other, 'rate-import');
  expect(store.mock.calls).toEqual([['EUR'], ['CHF']]);
  expect(() => kept[0]!.assertHeld()).toThrow('rate-import');
});

test('the class that leaves for a queue sends to nobody else after a failure', async () => {
  const send = jest.fn<Newsletter['send']>().mockRejectedValueOnce(new Error('no such mailbox'));
  const newsletter = stub(Newsletter, { readers: async () => ['a@a', 'b@b'], send });
  const [one, other] = await replicas(NewsletterJob, newsletter);
  await fireTick(one, 'newsletter');
  await fireTick(other, 'newsletter');
  expect(send.mock.calls).toEqual([['a@a']]);
});

describe('a deployment in which replicas with the old lock run beside new ones', () => {
  interface Lease {
    owner?: object;
  }
  const lease: Lease = {};

  /** A lock that its first caller keeps, as that of @nestjs/locks. */
  const OldLock: MethodDecorator = (_target, _name, descriptor) => {
    const method = descriptor.value as unknown as (...args: unknown[]) => unknown;
    const locked = async function (this: object, ...args: unknown[]): Promise<unknown> {
      lease.owner ??= this;
      return lease.owner === this ? method.apply(this, args) : undefined;
    };
    descriptor.value = locked as unknown as typeof descriptor.value;
  };

  const runs: string[] = [];

  class Old {
    @Cron(YEARLY, { name: 'job', timeZone: 'UTC' })
    @OldLock
    async job(): Promise<void> {
      runs.push('old');
    }
  }

  class New {
    @Cron(YEARLY, { name: 'job', timeZone: 'UTC' })
    @OldLock
    @TaskLock('job')
    async job(): Promise<void> {
      runs.push('new');
    }
  }

  class Newest {
    @Cron(YEARLY, { name: 'job', timeZone: 'UTC' })
    @TaskLock('job')
    async job(): Promise<void> {
      runs.push('newest');
    }
  }

  test.each([
    ['an old replica', 0, ['old']],
    ['a new one', 1, ['new']],
  ])(
    'runs a tick once where the old lock stands above the new one, and is with %s',
    async (_, first, ran) => {
      delete lease.owner;
      runs.length = 0;
      const [before] = await replicas(Old);
      const [one, other] = await replicas(New);
      const ticking = [
        [before, one, other],
        [one, before, other],
      ][first]!;
      for (const replica of ticking) await fireTick(replica, 'job');
      expect(runs).toEqual(ran);
    },
  );

  test.each([
    ['one with both', 0, ['new']],
    ['one without it', 1, ['newest']],
  ])('runs a tick once while the old lock goes away, and is with %s', async (_, first, ran) => {
    delete lease.owner;
    runs.length = 0;
    const store = new InMemoryLockStore();
    const [one, other] = await replicasOn(store, New);
    const [newest] = await replicasOn(store, Newest);
    const ticking = first === 0 ? [one, other, newest] : [newest, one, other];
    for (const replica of ticking) await fireTick(replica, 'job');
    expect(runs).toEqual(ran);
  });
});

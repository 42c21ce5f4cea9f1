import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { TaskLock, TaskLockModule, TaskLockService } from '../../src/index.js';
import type { TaskLockModuleOptions, TaskRun } from '../../src/index.js';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';
import type { ClaimAnswer, ClaimRequest } from '../../src/store/lock-store.js';
import { LOCK_STORE } from '../../src/nest/task-lock.tokens.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import {
  closeApplicationsAfterEach,
  fireTick,
  startApplication,
  THIS_JANUARY,
  YEARLY,
} from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import { aClaim, aRelease } from '../support/claims.js';
import { Gate } from '../support/gate.js';
import { Journal } from '../support/journal.js';
import { until } from '../support/until.js';

closeApplicationsAfterEach();
afterEach(() => void jest.useRealTimers());

const DAY = 86_400_000;
const THIS_MOMENT = Date.now();
const LAST_JANUARY = Date.UTC(new Date(THIS_JANUARY).getUTCFullYear() - 1, 0, 1);
const EARLIER_JANUARY = Date.UTC(new Date(THIS_JANUARY).getUTCFullYear() - 3, 0, 1);

@Injectable()
class Jobs {
  constructor(private readonly journal: Journal) {}

  @Cron(YEARLY, { name: 'report', timeZone: 'UTC' })
  @TaskLock('report', undefined, { missed: 'once' })
  async report(): Promise<void> {
    this.journal.write();
  }

  @Cron(YEARLY, { name: 'fresh', timeZone: 'UTC' })
  @TaskLock('fresh', undefined, { missed: 'once', catchupWindow: 1_000 })
  async fresh(): Promise<void> {
    this.journal.write();
  }

  @Cron(YEARLY, { name: 'plain', timeZone: 'UTC' })
  @TaskLock('plain')
  async plain(): Promise<void> {
    this.journal.write();
  }

  @Cron(YEARLY, { name: 'both', timeZone: 'UTC' })
  @TaskLock('both', undefined, { missed: 'once', recover: true })
  async both(): Promise<void> {
    this.journal.write();
  }
}

/** A store in which each task ran this tick, and none since. */
async function storeSince(tick: number, now = Date.now): Promise<InMemoryLockStore> {
  const store = new InMemoryLockStore(now);
  for (const name of ['report', 'fresh', 'plain', 'both']) {
    const claim = aClaim({ name, tick: { kind: 'scheduled', scheduledTime: new Date(tick) }, minHold: 0 });
    await store.claim([claim]);
    await store.release([aRelease(claim)]);
  }
  return store;
}

async function start(store: InMemoryLockStore, options: TaskLockModuleOptions = {}) {
  const logger = new CapturedLog();
  const application = await startApplication({
    providers: [Jobs, Journal],
    options: { store, ...options },
    logger,
  });
  const journal = application.get(Journal);
  const warnings = (): string[] =>
    logger.lines.filter(({ level }) => level === 'warn').map(({ message }) => message);
  return { application, journal, warnings };
}

const ticksOf = (runs: TaskRun[]): (number | undefined)[] =>
  runs.map(({ scheduledTime }) => scheduledTime?.getTime());

describe('a tick that no replica ran', () => {
  test('runs once when replicas are there again, with its own scheduledTime', async () => {
    const store = await storeSince(LAST_JANUARY);
    const replicas = [await start(store), await start(store)];
    const [run] = await replicas[0]!.journal.atLeast(1, 'report');
    expect(run!.scheduledTime).toEqual(new Date(THIS_JANUARY));
    await replicas[0]!.application.close();
    await replicas[1]!.application.close();
    expect(replicas[1]!.journal.of('report')).toEqual([]);
    expect(replicas[0]!.warnings()).toContain(
      `"report" catches up on the tick of ${new Date(THIS_JANUARY).toISOString()}, which no replica ran when it was due.`,
    );
  });

  test('is none where it is due at this moment: a replica that starts then runs it in time, and says no more', async () => {
    const { journal, warnings } = await start(await storeSince(LAST_JANUARY, () => THIS_JANUARY));
    expect(ticksOf(await journal.atLeast(1, 'report'))).toEqual([THIS_JANUARY]);
    expect(warnings()).toEqual([]);
  });

  test('is dropped where a newer one has overtaken it, and logged', async () => {
    const { journal, warnings } = await start(await storeSince(EARLIER_JANUARY));
    expect(ticksOf(await journal.atLeast(1, 'report'))).toEqual([THIS_JANUARY]);
    const firstDropped = new Date(Date.UTC(new Date(EARLIER_JANUARY).getUTCFullYear() + 1, 0, 1));
    expect(warnings().find((warning) => warning.startsWith('"report"'))).toContain(
      `; the missed ones before it, from ${firstDropped.toISOString()} on, are dropped.`,
    );
  });

  test('is dropped where it is older than the window, and logged', async () => {
    const { application, journal, warnings } = await start(await storeSince(LAST_JANUARY));
    await journal.atLeast(1, 'report');
    await application.close();
    expect(journal.of('fresh')).toEqual([]);
    expect(warnings()).toContain(
      `"fresh" has missed the tick of ${new Date(THIS_JANUARY).toISOString()}, which no replica ran when it was due: ` +
        `it is dropped, since it is older than the catchupWindow.`,
    );
  });

  test('stays lost without the option', async () => {
    const { application, journal } = await start(await storeSince(LAST_JANUARY));
    await journal.atLeast(1, 'report');
    await application.close();
    expect(journal.of('plain')).toEqual([]);
  });

  test('is none where the task is new: its first start catches up nothing', async () => {
    const { application, journal, warnings } = await start(new InMemoryLockStore());
    await application.close();
    expect(journal.of()).toEqual([]);
    expect(warnings()).toEqual([]);
  });

  test('is none where it has run: a restart is quiet', async () => {
    const { application, journal, warnings } = await start(await storeSince(THIS_JANUARY));
    await application.close();
    expect(journal.of()).toEqual([]);
    expect(warnings()).toEqual([]);
  });

  test('is none before the row of the task was made, also where it has never run', async () => {
    const store = new InMemoryLockStore(() => THIS_JANUARY - DAY);
    await store.prepare(['report']);
    Reflect.set(store, 'now', Date.now);
    const { journal } = await start(store);
    expect(ticksOf(await journal.atLeast(1, 'report'))).toEqual([THIS_JANUARY]);
  });
});

describe('what is not looked after', () => {
  const startQuietly = async (
    scheduler: Parameters<typeof ScheduleModule.forRoot>[0],
    options: TaskLockModuleOptions,
  ) => {
    const module = await Test.createTestingModule({
      imports: [ScheduleModule.forRoot(scheduler), TaskLockModule.forRoot(options)],
      providers: [Jobs, Journal],
    })
      .setLogger(new CapturedLog())
      .compile();
    await module.init();
    await module.close();
    return module.get(Journal).of();
  };

  test('are the ticks of a replica that is told not to schedule', async () => {
    const store = await storeSince(LAST_JANUARY);
    expect(await startQuietly({ cronJobs: false }, { store })).toEqual([]);
    expect(store.row('report')!.lastTick).toBe(LAST_JANUARY);
  });

  test('are those of tasks that run unlocked: each start would run them', async () => {
    expect(await startQuietly({}, { enabled: false })).toEqual([]);
  });

  test('are those of a disabled cron', async () => {
    @Injectable()
    class Disabled {
      ran = 0;

      @Cron(YEARLY, { timeZone: 'UTC', disabled: true })
      @TaskLock('report', undefined, { missed: 'once' })
      async report(): Promise<void> {
        this.ran++;
      }
    }
    const application = await startApplication({
      providers: [Disabled],
      options: { store: await storeSince(LAST_JANUARY) },
    });
    const disabled = application.get(Disabled);
    await application.close();
    expect(disabled.ran).toBe(0);
  });

  test('are polls within the minimum hold: none of them was missed', async () => {
    @Injectable()
    class Polled {
      @Cron('* * * * *', { timeZone: 'UTC' })
      @TaskLock('polled', '30d', { missed: 'once', catchupWindow: 1 })
      async poll(): Promise<void> {}
    }
    const store = new InMemoryLockStore();
    const lastRun = Math.floor(Date.now() / DAY) * DAY - 2 * DAY;
    const claim = aClaim({
      name: 'polled',
      tick: { kind: 'scheduled', scheduledTime: new Date(lastRun) },
      minHold: 0,
    });
    await store.claim([claim]);
    await store.release([aRelease(claim)]);
    const logger = new CapturedLog();
    const application = await startApplication({ providers: [Polled], options: { store }, logger });
    await application.close();
    expect(logger.lines.filter(({ message }) => String(message).includes('missed'))).toEqual([]);
  });
});

/** A store whose database is down until it is up. */
class DownStore extends InMemoryLockStore {
  isDown = false;

  override async claim(requests: readonly ClaimRequest[]): Promise<ClaimAnswer[]> {
    if (this.isDown) throw new LockStoreUnavailableError('connection refused', false);
    return super.claim(requests);
  }
}

describe('a tick that was due while the database was down', () => {
  test('runs when it is up again, on a replica that was there all the time', async () => {
    const store = new DownStore();
    const { application, journal } = await start(store, { claimTimeout: 50, lease: 100 });
    store.isDown = true;
    await fireTick(application, 'report');
    expect(journal.of('report')).toEqual([]);
    store.isDown = false;
    await store.claim([
      aClaim({
        name: 'report',
        tick: { kind: 'scheduled', scheduledTime: new Date(LAST_JANUARY) },
        minHold: 0,
        lease: 1,
      }),
    ]);
    expect(ticksOf(await journal.atLeast(1, 'report'))).toEqual([THIS_JANUARY]);
  });
});

test('a tick is not caught up on while the application has stopped its job', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  const store = new DownStore();
  const { application, journal } = await start(store, { claimTimeout: 50, lease: 100 });
  store.isDown = true;
  const fired = Promise.all([fireTick(application, 'report'), fireTick(application, 'both')]);
  await jest.advanceTimersByTimeAsync(50);
  await fired;
  void application.get(SchedulerRegistry).getCronJob('report').stop();
  store.isDown = false;
  const lastYear = { kind: 'scheduled' as const, scheduledTime: new Date(LAST_JANUARY) };
  for (const name of ['report', 'both'])
    await store.claim([aClaim({ name, tick: lastYear, minHold: 0, lease: 1 })]);
  await jest.advanceTimersByTimeAsync(2_000);
  expect(ticksOf(journal.of('both'))).toEqual([THIS_JANUARY]);
  expect(journal.of('report')).toEqual([]);
});

describe('a tick that fell into the run before it', () => {
  /** No lease ends by this clock, however slow the machine is. */
  const stopped = () => THIS_MOMENT;

  test('runs when that one has ended', async () => {
    const store = await storeSince(EARLIER_JANUARY, stopped);
    const earlier = aClaim({
      name: 'report',
      tick: { kind: 'scheduled', scheduledTime: new Date(LAST_JANUARY) },
      minHold: 0,
      lease: 400,
    });
    await store.claim([earlier]);
    const { journal } = await start(store);
    expect(journal.of('report')).toEqual([]);
    await store.release([aRelease(earlier)]);
    expect(ticksOf(await journal.atLeast(1, 'report'))).toEqual([THIS_JANUARY]);
  });

  test('runs also where that one ran on the same replica', async () => {
    const { application, journal } = await start(await storeSince(EARLIER_JANUARY, stopped), { lease: 100 });
    await journal.atLeast(1, 'report');
    const store = application.get<InMemoryLockStore>(LOCK_STORE);
    await until(() => store.row('report')!.finishedAt !== null);
    const rows = Reflect.get(store, 'rows') as Map<string, { lastTick: number }>;
    rows.get('report')!.lastTick = EARLIER_JANUARY;
    const gate = new Gate();
    const lastYear = { name: 'report', minHold: 0, scheduledTime: new Date(LAST_JANUARY) };
    const running = application.get(TaskLockService).run(lastYear, () => gate.opened);
    await until(() => store.row('report')!.finishedAt === null);
    await fireTick(application, 'report');
    expect(journal.of('report')).toHaveLength(1);
    gate.open();
    await running;
    expect(ticksOf(await journal.atLeast(2, 'report'))).toEqual([THIS_JANUARY, THIS_JANUARY]);
  });

  test('comes after the recovery of a run that died, with recover', async () => {
    const store = await storeSince(EARLIER_JANUARY);
    await store.claim([
      aClaim({
        name: 'both',
        tick: { kind: 'scheduled', scheduledTime: new Date(LAST_JANUARY) },
        minHold: 0,
        lease: 1,
        recover: true,
      }),
    ]);
    await until(async () => store.row('both')!.lockedUntil < Date.now());
    const { journal } = await start(store);
    const runs = await journal.atLeast(2, 'both');
    expect(ticksOf(runs)).toEqual([LAST_JANUARY, THIS_JANUARY]);
    expect(runs.map(({ recovering }) => recovering)).toEqual([true, false]);
  });
});

test('an overridden method is not caught up: what would run is another task, which has not asked for it', async () => {
  class Parent {
    constructor(readonly journal: Journal) {}

    @Cron(YEARLY, { name: 'parent', timeZone: 'UTC' })
    @TaskLock('parent', undefined, { missed: 'once' })
    async report(): Promise<void> {
      this.journal.write();
    }
  }
  @Injectable()
  class Child extends Parent {
    constructor(journal: Journal) {
      super(journal);
    }

    @Cron(YEARLY, { name: 'child', timeZone: 'UTC' })
    @TaskLock('child')
    override async report(): Promise<void> {
      this.journal.write();
    }
  }
  const store = new InMemoryLockStore();
  for (const name of ['parent', 'child']) {
    const tick = { kind: 'scheduled', scheduledTime: new Date(LAST_JANUARY) } as const;
    const claim = aClaim({ name, tick, minHold: 0 });
    await store.claim([claim]);
    await store.release([aRelease(claim)]);
  }
  const logger = new CapturedLog();
  const application = await startApplication({ providers: [Child, Journal], options: { store }, logger });
  // Waits for what runs.
  await application.close();
  expect(application.get(Journal).of()).toEqual([]);
});

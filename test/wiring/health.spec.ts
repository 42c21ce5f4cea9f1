import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Controller, Get, Injectable, Query } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { LockStoreUnavailableError, TaskLock, TaskLockHealthIndicator } from '../../src/index.js';
import type { TaskLockModuleOptions } from '../../src/index.js';
import type { LockStore, RenewAnswer } from '../../src/store.js';
import type { DeclaredTask } from '../../src/store/operator-store.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { buildApplication, YEARLY } from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import { aClaim } from '../support/claims.js';
import { FakeClock } from '../support/fake-clock.js';
import { Gate } from '../support/gate.js';
import { DAY, declaredTask, HOUR, MINUTE } from '../support/operated.js';

@Injectable()
class Jobs {
  @Cron(YEARLY, { timeZone: 'UTC' })
  @TaskLock('yearly')
  async yearly(): Promise<void> {}
}

@Controller()
class Health {
  constructor(
    private readonly health: HealthCheckService,
    private readonly taskLock: TaskLockHealthIndicator,
  ) {}

  @Get('ready')
  @HealthCheck()
  ready() {
    return this.health.check([() => this.taskLock.isHealthy('taskLock')]);
  }

  @Get('alert')
  @HealthCheck()
  alert(@Query('task') tasks?: string) {
    return this.health.check([() => this.taskLock.noneOverdue('tasks', { tasks: tasks?.split(',') })]);
  }
}

let clock: FakeClock;
let store: InMemoryLockStore;
let log: CapturedLog;
let application: INestApplication | undefined;

beforeEach(() => {
  clock = new FakeClock();
  store = new InMemoryLockStore(() => clock.now());
  log = new CapturedLog();
});
afterEach(async () => {
  const closing = application?.close();
  application = undefined;
  await clock.advance(MINUTE);
  await closing;
});

async function start(options: TaskLockModuleOptions = {}): Promise<TaskLockHealthIndicator> {
  const module = await buildApplication({
    imports: [TerminusModule.forRoot({ logger: false })],
    providers: [Jobs],
    controllers: [Health],
    options: { store, ...options },
    clock,
    logger: log,
  }).compile();
  application = module.createNestApplication();
  await application.listen(0, '127.0.0.1');
  return application.get(TaskLockHealthIndicator);
}

/** What an endpoint of the application answers. */
async function ask(path: string): Promise<{ code: number; details: unknown }> {
  const response = await fetch(`${await application!.getUrl()}/${path}`);
  const { details } = (await response.json()) as { details?: unknown };
  return { code: response.status, details };
}

/** Declares tasks as if that had been so long ago: they have never run. */
async function declare(tasks: readonly DeclaredTask[], ago: number): Promise<void> {
  clock.setWall(-ago);
  await store.operator.declare({ application: 'shop', tasks, replica: 'pod-1', version: '1.0.0' });
  clock.setWall(ago);
}

const declareHourly = (names: readonly string[], ago: number): Promise<void> =>
  declare(
    names.map((name) => declaredTask({ name })),
    ago,
  );

describe('isHealthy', () => {
  test('is up while the store answers, and writes nothing', async () => {
    await start();
    const before = store.row('task-lock-health');
    expect(await ask('ready')).toEqual({ code: 200, details: { taskLock: { status: 'up' } } });
    expect(before).toBeUndefined();
    expect(store.row('task-lock-health')).toBeUndefined();
  });

  test('is down while the store is away, without a word of its error, and up again after it', async () => {
    await start();
    const away = new LockStoreUnavailableError('connect ECONNREFUSED 10.0.0.3:5432', false);
    store.renew = () => Promise.reject(away);
    const down = { taskLock: { status: 'down', message: 'the database cannot be used; the log says why' } };
    expect(await ask('ready')).toEqual({ code: 503, details: down });
    await ask('ready');
    expect(log.warnings.filter((line) => line.includes('A health check failed'))).toEqual([
      'A health check failed: connect ECONNREFUSED 10.0.0.3:5432. This is said once a minute ' + 'at most.',
    ]);
    Reflect.deleteProperty(store, 'renew');
    expect(await ask('ready')).toEqual({ code: 200, details: { taskLock: { status: 'up' } } });
  });

  test('waits no longer than claimTimeout, and asks once however many ask', async () => {
    const indicator = await start({ claimTimeout: '2s' });
    let asked = 0;
    store.renew = () => {
      asked++;
      return new Promise(() => undefined);
    };
    const checks = Promise.all([indicator.isHealthy('one'), indicator.isHealthy('other')]);
    await clock.advance(2_000);
    const down = { status: 'down', message: 'the database cannot be used; the log says why' };
    expect(await checks).toEqual([{ one: down }, { other: down }]);
    expect(asked).toBe(1);
    const later = indicator.isHealthy('one');
    await clock.advance(2_000);
    await later;
    expect(asked).toBe(2);
  });

  test.each([
    [1_000, undefined],
    [1_001, "at least 1001 ms ahead of the database's"],
    [-1_000, undefined],
    [-20_000, "at least 20000 ms behind the database's"],
  ])('a clock that is ahead by %d ms: %s', async (ahead, said) => {
    const indicator = await start();
    store.renew = async (): Promise<RenewAnswer[]> => [{ status: 'lost', now: clock.now() - ahead }];
    const message = `the clock of this replica is ${said}`;
    expect(await indicator.isHealthy('clock')).toEqual({
      clock: said === undefined ? { status: 'up' } : { status: 'down', message, clockOffsetMs: ahead },
    });
  });

  test('does not take a slow answer for a clock that differs', async () => {
    const indicator = await start();
    const gate = new Gate();
    store.renew = async () => {
      const now = clock.now();
      await gate.opened;
      return [{ status: 'lost', now }];
    };
    const check = indicator.isHealthy('clock');
    await clock.advance(4_000);
    gate.open();
    expect(await check).toEqual({ clock: { status: 'up' } });
  });

  test('works with a store that keeps nothing for operators, and with enabled: false', async () => {
    const locking: LockStore = {
      prepare: (names) => store.prepare(names),
      claim: (requests) => store.claim(requests),
      renew: (held) => store.renew(held),
      release: (held) => store.release(held),
    };
    expect(await (await start({ store: locking })).isHealthy('a')).toEqual({ a: { status: 'up' } });
    await application?.close();
    expect(await (await start({ enabled: false })).isHealthy('a')).toEqual({ a: { status: 'up' } });
  });
});

describe('noneOverdue', () => {
  test('is up while every task runs in time', async () => {
    await declareHourly(['hourly'], 10 * MINUTE);
    await start();
    expect(await ask('alert')).toEqual({ code: 200, details: { tasks: { status: 'up' } } });
  });

  test('is down while a task is overdue, and says which, the latest first', async () => {
    const seldom = declaredTask({ name: 'a-seldom', schedule: '0 */6 * * *', interval: 6 * HOUR });
    await declare([seldom, declaredTask({ name: 'hourly' })], DAY);
    await start();
    expect(await ask('alert')).toMatchObject({
      code: 503,
      details: {
        tasks: {
          status: 'down',
          message: "2 tasks are overdue: 'hourly', 'a-seldom'",
          overdue: [
            { name: 'hourly', overdueByMs: expect.any(Number) },
            { name: 'a-seldom', overdueByMs: expect.any(Number) },
          ],
        },
      },
    });
  });

  test('looks at the tasks that are named only', async () => {
    await declareHourly(['hourly', 'other'], DAY);
    const indicator = await start();
    await store.claim([aClaim({ name: 'other', task: 'other', tick: { kind: 'call' }, minHold: 0 })]);
    expect(await indicator.noneOverdue('a', { tasks: ['other'] })).toEqual({ a: { status: 'up' } });
    expect(await indicator.noneOverdue('a', { tasks: ['other', 'hourly'] })).toMatchObject({
      a: { status: 'down', message: "one task is overdue: 'hourly'" },
    });
  });

  test('names a few of very many', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `task-${index}`);
    await declareHourly(names, DAY);
    const { a } = await (await start()).noneOverdue('a');
    expect(a.message).toMatch(/^60 tasks are overdue: ('task-\d+', ){5}and 55 more$/);
    expect(a.overdue).toHaveLength(50);
  });

  test('takes overdueAfter from the options of the module', async () => {
    const often = declaredTask({ name: 'often', schedule: '* * * * *', interval: MINUTE });
    await store.operator.declare({ tasks: [often], replica: 'pod-1', version: '1.0.0' });
    clock.setWall(10 * MINUTE);
    const check = async (overdueAfter: string) => (await start({ overdueAfter })).noneOverdue('a');
    expect((await check('5m')).a.status).toBe('down');
    await application?.close();
    expect((await check('15m')).a.status).toBe('up');
  });

  test('refuses an unknown task, and lists the nearest names', async () => {
    await declareHourly(['nightly-report'], MINUTE);
    const indicator = await start();
    await expect(indicator.noneOverdue('a', { tasks: ['nightly-reports'] })).rejects.toThrow(
      "TaskLockHealthIndicator.noneOverdue(), option tasks: no task is called 'nightly-reports': did you mean " +
        "'nightly-report'?",
    );
    await expect(indicator.noneOverdue('a', { tasks: ['a\0'] })).rejects.toThrow(
      'option tasks: no task is called',
    );
    await expect(indicator.noneOverdue('a', { tasks: [''] })).rejects.toThrow(
      'option tasks: give the name of one task',
    );
    for (const tasks of [[], 'nightly-report' as unknown as string[]])
      await expect(indicator.noneOverdue('a', { tasks })).rejects.toThrow(
        "option tasks: must be a list of names, like ['nightly-report']; leave it out for all tasks",
      );
  });

  test('knows the tasks of this application before they are written down', async () => {
    const indicator = await start();
    expect(await store.operator.names()).toEqual([]);
    expect(await indicator.noneOverdue('a', { tasks: ['yearly'] })).toEqual({ a: { status: 'up' } });
  });

  test("takes a name for this application's task, also where a row without an application has it", async () => {
    const bare = declaredTask({ name: 'yearly' });
    await store.operator.declare({ tasks: [bare], replica: 'pod-1', version: '1.0.0' });
    clock.setWall(DAY);
    const indicator = await start({ application: 'shop' });
    expect(await indicator.noneOverdue('a')).toMatchObject({ a: { status: 'down' } });
    for (const name of ['yearly', 'shop/yearly'])
      expect(await indicator.noneOverdue('a', { tasks: [name] })).toEqual({ a: { status: 'up' } });
  });

  test('is down while the store is away, and reads once however many ask', async () => {
    const indicator = await start({ claimTimeout: '2s' });
    let asked = 0;
    store.operator.tasks = () => {
      asked++;
      return new Promise(() => undefined);
    };
    const checks = Promise.all([indicator.noneOverdue('a'), indicator.noneOverdue('a')]);
    await clock.advance(2_000);
    const down = { a: { status: 'down', message: 'the database cannot be used; the log says why' } };
    expect(await checks).toEqual([down, down]);
    expect(asked).toBe(1);
  });

  test('is down where nothing is recorded, and says why', async () => {
    expect(await (await start({ enabled: false })).noneOverdue('a')).toEqual({
      a: {
        status: 'down',
        message:
          'there is nothing to see: TaskLockModule has enabled: false, so that nothing is locked or recorded.',
      },
    });
  });
});

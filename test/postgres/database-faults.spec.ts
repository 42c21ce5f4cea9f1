import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron, SchedulerRegistry } from '@nestjs/schedule';
import type { TestingModule } from '@nestjs/testing';
import type { DataSource } from 'typeorm';
import { currentTaskRun } from '../../src/calls/call-context.js';
import { TaskLock, TaskLockService } from '../../src/index.js';
import type { TaskLockModuleOptions } from '../../src/index.js';
import { closeApplicationsAfterEach, startApplication } from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { FaultyProxy } from '../support/faulty-proxy.js';
import { Journal } from '../support/journal.js';
import { until } from '../support/until.js';

/** Milliseconds between ticks: enough for a claim on a busy machine to be answered before the next one. */
const EVERY = 2_000;

jest.setTimeout(120_000);

@Injectable()
class Jobs {
  constructor(private readonly journal: Journal) {}

  @Cron('*/2 * * * * *', { name: 'often' })
  @TaskLock('often')
  async often(): Promise<void> {
    this.journal.write();
  }
}

let database: TestDatabase;
let proxy: FaultyProxy;
let dataSource: DataSource;
let log: CapturedLog;
const rejections: unknown[] = [];
const note = (reason: unknown): unknown => rejections.push(reason);

beforeAll(async () => {
  process.on('unhandledRejection', note);
  database = await createDatabase();
});
afterAll(async () => {
  await database.drop();
  process.off('unhandledRejection', note);
});
beforeEach(async () => {
  await database.query('TRUNCATE task_lock');
  proxy = await FaultyProxy.before(database.url);
  dataSource = await database.connect({ url: proxy.url, extra: { max: 3 } });
  log = new CapturedLog();
});
// The process lives: what nobody handles would end it.
afterEach(() => expect(rejections).toEqual([]));
afterEach(() => proxy.close());
closeApplicationsAfterEach();

function start(options: TaskLockModuleOptions = {}): Promise<TestingModule> {
  const withoutStore = { store: undefined, dataSource, claimTimeout: 1_800, ...options };
  return startApplication({ providers: [Jobs, Journal], options: withoutStore, logger: log });
}

/** Resolves when its first tick has run: the one that was due last, without waiting for the next. */
async function startTicking(): Promise<TestingModule> {
  const application = await start();
  void application.get(SchedulerRegistry).getCronJob('often').fireOnTick();
  await application.get(Journal).first('often');
  return application;
}

const unavailable = (): number =>
  log.errors.filter((line) => line.includes('is skipped as unavailable')).length;

/** Whether the database answers through the proxy. */
const answers = (): Promise<boolean> =>
  dataSource.query('SELECT 1').then(
    () => true,
    () => false,
  );

/** Whether the first tick that is due from now on runs. */
async function expectNextTickToRun(application: TestingModule): Promise<void> {
  const next = Math.ceil(Date.now() / EVERY) * EVERY;
  const ticksOf = () =>
    application
      .get(Journal)
      .of()
      // cron fires at once where it is late at start-up, before the scheduler has told anybody of its timers.
      .flatMap(({ scheduledTime }) => scheduledTime?.getTime() ?? []);
  await until(() => ticksOf().some((tick) => tick >= next));
  const ticks = ticksOf();
  expect(ticks).toContain(next);
  expect(new Set(ticks).size).toBe(ticks.length);
}

const terminateAll = () =>
  database.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );

describe('a database that is down at the tick', () => {
  test('costs that tick, is logged, and the first tick after it is back runs', async () => {
    const application = await startTicking();
    proxy.goDown();
    await until(() => unavailable() >= 2);
    proxy.comeUp();
    await until(answers);
    await expectNextTickToRun(application);
  });

  test('the same where it answers that it is a read-only standby', async () => {
    const application = await startTicking();
    const name = new URL(database.url).pathname.slice(1);
    await database.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    await terminateAll();
    await until(() => unavailable() >= 1);
    await database.query(`SET default_transaction_read_only = off`);
    const writable = await database.connect();
    await writable.query('SET default_transaction_read_only = off');
    await writable.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
    await terminateAll();
    await until(() => log.errors.some((line) => /read-only/.test(line)));
    await expectNextTickToRun(application);
  });

  test('the same where its lock table is gone', async () => {
    const application = await startTicking();
    await database.query('ALTER TABLE task_lock RENAME TO mislaid');
    await until(() => unavailable() >= 1);
    expect(log.errors.at(-1)).toMatch(/relation "task_lock" does not exist/);
    await database.query('ALTER TABLE mislaid RENAME TO task_lock');
    await expectNextTickToRun(application);
  });

  test('the same where the application holds all connections of the pool, and no ghost is left', async () => {
    const application = await startTicking();
    const runners = Array.from({ length: 3 }, () => dataSource.createQueryRunner());
    await Promise.all(runners.map((runner) => runner.connect()));
    await until(() => unavailable() >= 1);
    await Promise.all(runners.map((runner) => runner.release()));
    await expectNextTickToRun(application);
  });
});

test('a connection that breaks between a claim and its answer costs no tick, and none runs twice', async () => {
  const application = await startTicking();
  for (let breaks = 0; breaks < 2; breaks++) {
    proxy.cut(1);
    await expectNextTickToRun(application);
  }
  // By then a second run of the last one would show.
  await expectNextTickToRun(application);
  const ticks = application
    .get(Journal)
    .of()
    .map(({ scheduledTime }) => scheduledTime!.getTime());
  expect(ticks).toEqual(ticks.map((_, index) => ticks[0]! + index * EVERY));
});

describe('a database that is down while a task runs', () => {
  const run = { name: 'long', maxHold: '1h' };
  const rowOf = async (name: string) =>
    (
      await database.query<{ open: boolean }>(
        'SELECT finished_at IS NULL AS open FROM task_lock WHERE name = $1',
        [name],
      )
    )[0]!;

  test('for less than the lease has lost nothing: the renewal is repeated', async () => {
    const application = await start({ lease: '3s' });
    const result = await application.get(TaskLockService).run(run, async ({ signal }) => {
      const [{ until: before }] = await locked();
      proxy.goDown();
      await delay(1_500);
      proxy.comeUp();
      await until(async () => (await locked())[0].until > before);
      return signal.aborted;
    });
    expect(result).toEqual({ status: 'executed', value: false });
    expect((await rowOf('long')).open).toBe(false);
  });

  test('for longer than the lease aborts the signal before another replica can win', async () => {
    const application = await start({ lease: '2s' });
    await application.get(TaskLockService).run(run, () => {});
    // The lease is counted from the sending: what the claim was under way is how much earlier the signal comes.
    proxy.delayRequests(600);
    const result = await application.get(TaskLockService).run(run, async ({ signal }) => {
      proxy.goDown();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      const [{ live }] = await locked();
      proxy.comeUp();
      return { live, reason: (signal.reason as { reason: string }).reason };
    });
    expect(result).toEqual({ status: 'executed', value: { live: true, reason: 'lease' } });
  });

  test('and is down at the release keeps the result, and is told when it is back', async () => {
    const application = await start({ lease: '20s' });
    const result = await application.get(TaskLockService).run(run, async () => {
      proxy.goDown();
      return currentTaskRun()!.name;
    });
    expect(result).toEqual({ status: 'executed', value: 'long' });
    expect((await rowOf('long')).open).toBe(true);
    proxy.comeUp();
    await until(async () => !(await rowOf('long')).open);
    expect(log.errors.some((line) => line.startsWith('The release of "long" failed'))).toBe(true);
  });

  async function locked(): Promise<[{ until: number; live: boolean }]> {
    const rows = await database.query<{ until: number; live: boolean }>(
      `SELECT extract(epoch FROM locked_until)::float8 AS until, locked_until > clock_timestamp() AS live
       FROM task_lock WHERE name = 'long'`,
    );
    return [rows[0]!];
  }
});

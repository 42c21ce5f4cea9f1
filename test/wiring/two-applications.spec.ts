import { describe, expect, jest, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { currentTaskRun } from '../../src/calls/call-context.js';
import { TaskLock, TaskLockService } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { closeApplicationsAfterEach, fireTick, startApplication, YEARLY } from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import { Gate } from '../support/gate.js';
import { Journal } from '../support/journal.js';
import { until } from '../support/until.js';

closeApplicationsAfterEach();

@Injectable()
class Jobs {
  gate?: Gate;
  inside?: () => Promise<unknown>;

  constructor(private readonly journal: Journal) {}

  @Cron(CronExpression.EVERY_SECOND)
  @TaskLock('each second')
  async eachSecond(): Promise<void> {
    this.journal.write();
  }

  @Cron(YEARLY, { name: 'yearly', timeZone: 'UTC' })
  @TaskLock('yearly')
  async yearly(): Promise<unknown> {
    this.journal.write();
    await this.gate?.opened;
    return this.inside?.();
  }
}

function start(store = new InMemoryLockStore(), replicaId = 'replica') {
  return startApplication({ providers: [Jobs, Journal], options: { store, replicaId } });
}

describe('two applications in one process, each with a store of its own', () => {
  test('do not exclude each other', async () => {
    const [one, other] = [await start(), await start()];
    one.get(Jobs).gate = new Gate();
    const run = one.get(Jobs).yearly();
    await other.get(Jobs).yearly();
    expect(other.get(Journal).of('yearly')).toHaveLength(1);
    await fireTick(other, 'yearly');
    expect(other.get(Journal).of('yearly')).toHaveLength(2);
    one.get(Jobs).gate?.open();
    await run;
  });

  test('run each tick in both', async () => {
    const [one, other] = [await start(), await start()];
    await Promise.all([one, other].map((application) => application.get(Journal).first('each second')));
  });

  test('take a call from the one into the other for a run of the other', async () => {
    const [one, other] = [await start(), await start()];
    one.get(Jobs).inside = () => other.get(Jobs).yearly();
    other.get(Jobs).inside = async () => currentTaskRun()?.token;
    const innerToken = await one.get(Jobs).yearly();
    const [outer] = one.get(Journal).of('yearly');
    const [inner] = other.get(Journal).of('yearly');
    expect(inner!.token).toBe(innerToken);
    expect(inner!.token).not.toBe(outer!.token);
  });
});

describe('two applications with a name each, on one table', () => {
  async function startNamed(application: string | undefined, store: InMemoryLockStore) {
    const logger = new CapturedLog();
    const module = await startApplication({
      providers: [Jobs, Journal],
      options: { store, application },
      logger,
    });
    return { module, log: logger };
  }

  test('have locks of their own, which rows, logs and runs show', async () => {
    const store = new InMemoryLockStore();
    const [shop, billing] = [await startNamed('shop', store), await startNamed('billing', store)];
    for (const { module } of [shop, billing]) await fireTick(module, 'yearly');
    const names = [shop, billing].flatMap(({ module }) =>
      module.get(Journal).of('shop/yearly').concat(module.get(Journal).of('billing/yearly')),
    );
    expect(names.map(({ name }) => name)).toEqual(['shop/yearly', 'billing/yearly']);
    expect(store.row('shop/yearly')!.lockedBy).toMatch(/^shop@.+:\d+:[0-9a-f]{8}$/);
    expect(store.row('yearly')).toBeUndefined();
    expect([...shop.log.warnings, ...billing.log.warnings]).toEqual([]);
  });

  test('are called by their declared names, and refuse in them', async () => {
    const { module } = await startNamed('shop', new InMemoryLockStore());
    const service = module.get(TaskLockService);
    expect(await service.run('yearly', (run) => run.name)).toEqual({
      status: 'executed',
      value: 'shop/yearly',
    });
    await service.request('yearly');
    await module.get(Journal).atLeast(1, 'shop/yearly');
    await expect(service.run('shop/yearly', () => {})).rejects.toThrow(
      "no method is decorated with @TaskLock('shop/yearly')",
    );
  });

  test('leave the requests of the other alone', async () => {
    const store = new InMemoryLockStore();
    const [shop, billing] = [await startNamed('shop', store), await startNamed('billing', store)];
    await shop.module.get(TaskLockService).request('yearly');
    await shop.module.get(Journal).atLeast(1, 'shop/yearly');
    expect(billing.module.get(Journal).of('billing/yearly')).toEqual([]);
  });

  test('report no requests of the other', async () => {
    const store = new InMemoryLockStore();
    const unknown = jest
      .spyOn(store.requests, 'unknown')
      .mockResolvedValue([{ task: 'billing/yearly', count: 1, since: new Date() }]);
    const { module, log } = await startNamed('shop', store);
    await module.get(TaskLockService).request('yearly');
    await until(() => unknown.mock.calls.length > 0);
    await module.close();
    expect(log.warnings).toEqual([]);
  });

  test('are told where the rows of their tasks have no name yet, once', async () => {
    const store = new InMemoryLockStore();
    const unnamed = await startNamed(undefined, store);
    await fireTick(unnamed.module, 'yearly');
    const before = await startNamed('shop', store);
    expect(before.log.warnings).toEqual([
      expect.stringMatching(/^"shop\/yearly" has not run yet, and .+ ran "yearly" at .+: stop such replicas/),
    ]);
    await fireTick(before.module, 'yearly');
    expect((await startNamed('shop', store)).log.warnings).toEqual([]);
  });
});

test('an application is told that another one shares its lock', async () => {
  @Injectable()
  class Spelled {
    @TaskLock('shop/clean-up')
    async cleanUp(): Promise<void> {}
  }
  @Injectable()
  class CleanUp {
    @TaskLock('clean-up')
    async cleanUp(): Promise<void> {}
  }
  const store = new InMemoryLockStore();
  const shop = await startApplication({ providers: [CleanUp], options: { store, application: 'shop' } });
  await shop.get(CleanUp).cleanUp();
  const logger = new CapturedLog();
  await startApplication({ providers: [Spelled], options: { store }, logger });
  expect(logger.warnings).toEqual([
    expect.stringMatching(
      /^"shop\/clean-up" was last run by shop@.+, a replica of the application "shop"\. Two applications share this lock/,
    ),
  ]);
});

describe('two applications in one process with one store', () => {
  test('exclude each other', async () => {
    const store = new InMemoryLockStore();
    const [one, other] = [await start(store, 'one'), await start(store, 'other')];
    one.get(Jobs).gate = new Gate();
    const run = one.get(Jobs).yearly();
    expect(await other.get(TaskLockService).run('yearly', () => 'ran')).toMatchObject({
      reason: 'held',
      heldBy: 'one',
    });
    await fireTick(other, 'yearly');
    expect(other.get(Journal).of('yearly')).toEqual([]);
    one.get(Jobs).gate?.open();
    await run;
  });

  test('run each tick in one of them', async () => {
    const options = { store: new InMemoryLockStore() };
    const journal = new Journal();
    const providers = [Jobs, { provide: Journal, useValue: journal }];
    for (let replica = 0; replica < 2; replica++) await startApplication({ providers, options });
    const runs = await journal.atLeast(3, 'each second');
    const ticks = runs.map(({ scheduledTime }) => scheduledTime!.getTime());
    expect(new Set(ticks).size).toBe(ticks.length);
  });

  test('do not share a run: a call from inside it is stopped in the other', async () => {
    const store = new InMemoryLockStore();
    const [one, other] = [await start(store), await start(store)];
    one.get(Jobs).inside = () => other.get(Jobs).yearly();
    other.get(Jobs).inside = async () => 'ran a second time';
    expect(await one.get(Jobs).yearly()).toBeUndefined();
    expect(other.get(Journal).of('yearly')).toEqual([]);
  });

  test('of which the second is started after the first is closed runs on', async () => {
    const jobs = new Jobs(new Journal());
    const given = { provide: Jobs, useValue: jobs };
    const first = await startApplication({ providers: [given] });
    await first.close();
    const second = await startApplication({ providers: [given] });
    jobs.inside = async () => 'ran';
    expect(await second.get(Jobs).yearly()).toBe('ran');
  });
});

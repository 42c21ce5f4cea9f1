import { describe, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { currentTaskRun } from '../../src/calls/call-context.js';
import { TaskLock, TaskLockService } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { closeApplicationsAfterEach, fireTick, startApplication, YEARLY } from '../support/application.js';
import { Gate } from '../support/gate.js';
import { Journal } from '../support/journal.js';

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

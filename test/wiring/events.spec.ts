import { afterEach, describe, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { concatMap, firstValueFrom, from, map, mergeMap, toArray } from 'rxjs';
import { TaskLock, TaskLockEvents, TaskLockService } from '../../src/index.js';
import type { TaskLockEvent, TaskLockModuleOptions } from '../../src/index.js';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';
import { attachTaskLock, InMemoryLockStore, TaskLockTestingModule } from '../../src/testing/index.js';
import {
  closeApplicationsAfterEach,
  fireTick,
  startApplication,
  THIS_JANUARY,
  YEARLY,
} from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import { aClaim, aRelease } from '../support/claims.js';
import { hearChannels, heardChannels, stopListening } from '../support/event-listening.js';
import { Gate } from '../support/gate.js';
import { Journal } from '../support/journal.js';

closeApplicationsAfterEach();
afterEach(stopListening);

@Injectable()
class Jobs {
  gate?: Gate;

  constructor(private readonly journal: Journal) {}

  @Cron(YEARLY, { name: 'report', timeZone: 'UTC' })
  @TaskLock('report')
  async report(): Promise<void> {
    this.journal.write();
    await this.gate?.opened;
  }

  @TaskLock('export', undefined, { key: (id: number) => id })
  async export(id: number): Promise<number> {
    if (id < 0) throw new Error('no such course');
    return id;
  }
}

async function start(options: TaskLockModuleOptions = {}) {
  const logger = new CapturedLog();
  const application = await startApplication({
    providers: [Jobs, Journal],
    options: { replicaId: 'replica-a', ...options },
    logger,
  });
  const heard: TaskLockEvent[] = [];
  const { events$ } = application.get(TaskLockEvents);
  return { application, logger, events$, heard, jobs: application.get(Jobs) };
}

describe('TaskLockEvents', () => {
  test('publishes the run of a tick, on the replica that won it alone', async () => {
    const store = new InMemoryLockStore();
    const one = await start({ store });
    const other = await start({ store, replicaId: 'replica-b' });
    for (const { events$, heard } of [one, other]) events$.subscribe((event) => heard.push(event));
    await fireTick(one.application, 'report');
    await fireTick(other.application, 'report');
    const scheduledTime = new Date(THIS_JANUARY);
    const run = { name: 'report', trigger: 'tick', replica: 'replica-a', scheduledTime };
    expect(one.heard).toMatchObject([
      { type: 'run-started', ...run },
      { type: 'run-finished', ...run, outcome: 'succeeded', latenessMs: expect.any(Number) },
    ]);
    expect(other.heard).toMatchObject([
      { type: 'claim-skipped', name: 'report', reason: 'done', scheduledTime },
    ]);
  });

  test('publishes a call by its task and its key, and the error that it ended with', async () => {
    const { jobs, events$, heard } = await start();
    events$.subscribe((event) => heard.push(event));
    await expect(jobs.export(-1)).rejects.toThrow('no such course');
    expect(heard).toMatchObject([
      { type: 'run-started', name: 'export', key: '-1', trigger: 'call' },
      { type: 'run-finished', name: 'export', key: '-1', outcome: 'failed', error: 'Error: no such course' },
    ]);
  });

  test('publishes a call of one key that another keeps from running', async () => {
    const { application, jobs, events$, heard } = await start();
    jobs.gate = new Gate();
    const running = jobs.report();
    await application.get(Journal).first('report');
    events$.subscribe((event) => heard.push(event));
    await jobs.report();
    expect(heard).toMatchObject([{ type: 'claim-skipped', reason: 'held', heldBy: 'replica-a' }]);
    jobs.gate.open();
    await running;
  });

  test('says of a name that no method declares that it is undeclared', async () => {
    const { application, events$, heard } = await start();
    events$.subscribe((event) => heard.push(event));
    const service = application.get(TaskLockService);
    await service.run('report', async () => {});
    await service.run({ name: 'export', key: 5 }, async () => {});
    await service.run({ name: 'invoice 4711', maxHold: '1m' }, async () => {});
    expect(
      heard.map(({ type, name, ...event }) => [type, name, 'undeclared' in event && event.undeclared]),
    ).toEqual([
      ['run-started', 'report', undefined],
      ['run-finished', 'report', undefined],
      ['run-started', 'export', undefined],
      ['run-finished', 'export', undefined],
      ['run-started', 'invoice 4711', true],
      ['run-finished', 'invoice 4711', true],
    ]);
  });

  test('publishes that the clocks differ', async () => {
    // Clocks are compared where a store takes batches, as the one in Postgres does.
    const store = Object.assign(new InMemoryLockStore(() => Date.now() + 60_000), { batches: true });
    const { jobs, events$, heard } = await start({ store });
    events$.subscribe((event) => heard.push(event));
    await jobs.export(1);
    const skewed = heard.find(({ type }) => type === 'clock-skewed');
    expect(skewed).toMatchObject({ at: expect.any(Date), offsetMs: expect.any(Number) });
    expect(skewed).not.toHaveProperty('name');
    expect(skewed?.type === 'clock-skewed' && skewed.offsetMs).toBeLessThan(-50_000);
  });

  test('publishes that the database is unavailable', async () => {
    const store = new InMemoryLockStore();
    store.claim = () => Promise.reject(new LockStoreUnavailableError('connection refused', false));
    const { jobs, events$, heard } = await start({ store, claimTimeout: 50 });
    events$.subscribe((event) => heard.push(event));
    await jobs.export(1);
    expect(heard).toMatchObject([
      { type: 'database-unavailable', name: 'export', key: '1', error: 'connection refused' },
      { type: 'claim-skipped', name: 'export', key: '1', reason: 'unavailable' },
    ]);
  });

  test('publishes that a run that died is recovered', async () => {
    @Injectable()
    class Recovering {
      @Cron(YEARLY, { timeZone: 'UTC' })
      @TaskLock('report', undefined, { recover: true })
      async report(): Promise<void> {}
    }
    const store = new InMemoryLockStore();
    const tick = { kind: 'scheduled', scheduledTime: new Date(THIS_JANUARY) } as const;
    await store.claim([
      aClaim({ name: 'report', tick, lease: 0, minHold: 0, recover: true, replica: 'dead' }),
    ]);
    const recovered = await eventsOfStart(Recovering, store, 'run-finished');
    expect(recovered).toMatchObject([
      { type: 'run-started', trigger: 'recovery' },
      { type: 'run-recovered', name: 'report', previous: { replica: 'dead', fence: expect.any(String) } },
      { type: 'run-finished', outcome: 'succeeded' },
    ]);
  });

  test('publishes that ticks were missed, and the newest is caught up on', async () => {
    @Injectable()
    class CatchingUp {
      @Cron(YEARLY, { timeZone: 'UTC' })
      @TaskLock('report', undefined, { missed: 'once' })
      async report(): Promise<void> {}
    }
    const yearsAgo = (years: number) => Date.UTC(new Date(THIS_JANUARY).getUTCFullYear() - years, 0, 1);
    const store = new InMemoryLockStore();
    const tick = { kind: 'scheduled', scheduledTime: new Date(yearsAgo(3)) } as const;
    const claim = aClaim({ name: 'report', tick, minHold: 0 });
    await store.claim([claim]);
    await store.release([aRelease(claim)]);
    const caughtUp = await eventsOfStart(CatchingUp, store, 'run-finished');
    const [first, last] = [new Date(yearsAgo(2)), new Date(yearsAgo(1))];
    expect(caughtUp).toMatchObject([
      { type: 'tick-missed', name: 'report', count: 2, first, last },
      { type: 'tick-caught-up', scheduledTime: new Date(THIS_JANUARY), latenessMs: expect.any(Number) },
      { type: 'run-started', trigger: 'catch-up' },
      { type: 'run-finished' },
    ]);
  });

  test('is complete when the application has shut down, after its last run', async () => {
    const { application, logger, jobs, events$ } = await start();
    const all = firstValueFrom(
      events$.pipe(
        map(({ type }) => type),
        toArray(),
      ),
    );
    jobs.gate = new Gate();
    const running = jobs.report();
    await application.get(Journal).first('report');
    // It says that it waits: the run ends after that.
    logger.log = () => jobs.gate?.open();
    await application.close();
    await running;
    expect(await all).toEqual(['run-started', 'run-finished']);
  });

  test('asks nothing of a process in which nobody listens', async () => {
    const { jobs, events$, heard } = await start();
    events$.subscribe((event) => heard.push(event)).unsubscribe();
    await jobs.export(1);
    expect(heard).toEqual([]);
    expect(heardChannels()).toEqual([]);
  });
});

/** What an application publishes that has a class with one task, until an event of this type. */
async function eventsOfStart(
  type: new () => object,
  store: InMemoryLockStore,
  last: TaskLockEvent['type'],
): Promise<TaskLockEvent[]> {
  const heard: TaskLockEvent[] = [];
  const ended = new Gate();

  /** What listens from the start: such runs begin before a test could subscribe. */
  @Injectable()
  class Monitor implements OnModuleInit {
    constructor(private readonly taskLockEvents: TaskLockEvents) {}

    onModuleInit(): void {
      this.taskLockEvents.events$.subscribe((event) => {
        heard.push(event);
        if (event.type === last) ended.open();
      });
    }
  }

  await startApplication({ providers: [type, Monitor], options: { store } });
  await ended.opened;
  return heard;
}

describe('a subscriber that fails', () => {
  const explode = (): never => {
    throw new Error('no network');
  };
  const reject: () => unknown = () => Promise.reject(new Error('no network'));
  const failing: [string, (events: TaskLockEvents) => unknown][] = [
    ['throws', ({ events$ }) => events$.subscribe(explode)],
    ['throws as an observer', ({ events$ }) => events$.subscribe({ next: explode })],
    ['rejects', ({ events$ }) => events$.subscribe(reject)],
    ['throws in an operator', ({ events$ }) => events$.pipe(map(explode)).subscribe()],
    ['throws behind operators', ({ events$ }) => events$.pipe(map(({ type }) => type)).subscribe(explode)],
    [
      'rejects in an operator',
      ({ events$ }) =>
        events$.pipe(mergeMap(() => from(Promise.reject(new Error('no network'))))).subscribe(),
    ],
  ];

  test.each(failing)('and %s disturbs no run, no other subscriber, and not the process', async (_, fail) => {
    const { application, jobs, events$, heard, logger } = await start();
    fail(application.get(TaskLockEvents));
    events$.subscribe((event) => heard.push(event));
    expect(await jobs.export(5)).toBe(5);
    // RxJS would have thrown on a timer, and Node after the promises.
    await new Promise((resolve) => setTimeout(resolve));
    expect(heard).toHaveLength(2);
    expect(logger.errors).toEqual([
      expect.stringMatching(/^A listener to TaskLockEvents failed: Error: no network\./),
    ]);
  });

  test('with an error handler of its own hears its error there', async () => {
    const { jobs, events$, logger } = await start();
    const errors: unknown[] = [];
    events$.pipe(map(explode)).subscribe({ error: (error) => errors.push(error) });
    await jobs.export(5);
    expect(errors).toEqual([new Error('no network')]);
    expect(logger.errors).toEqual([]);
  });
});

describe('the channels of node:diagnostics_channel', () => {
  test('carry the same objects', async () => {
    const { jobs, events$, heard } = await start();
    events$.subscribe((event) => heard.push(event));
    const carried = hearChannels();
    await jobs.export(5);
    expect(carried).toHaveLength(2);
    expect(carried.every((event, index) => event === heard[index])).toBe(true);
  });

  test('carry those of attachTaskLock, which has no module', async () => {
    const carried = hearChannels();
    await attachTaskLock(new Jobs(new Journal())).export(5);
    expect(carried).toMatchObject([{ type: 'run-started', name: 'export' }, { type: 'run-finished' }]);
  });
});

test('TaskLockTestingModule has TaskLockEvents, too', async () => {
  const module = await Test.createTestingModule({
    imports: [TaskLockTestingModule],
    providers: [Jobs, Journal],
  }).compile();
  const types: string[] = [];
  module.get(TaskLockEvents).events$.subscribe(({ type }) => types.push(type));
  await module.get(Jobs).export(5);
  expect(types).toEqual(['run-started', 'run-finished']);
  await module.close();
});

test('a recipe: check-ins of a monitor, by the token of the run', async () => {
  const checkIns: unknown[][] = [];
  const client = { checkIn: async (...args: unknown[]) => void checkIns.push(args) };

  @Injectable()
  class CheckIns implements OnModuleInit {
    constructor(private readonly taskLockEvents: TaskLockEvents) {}

    onModuleInit(): void {
      this.taskLockEvents.events$.pipe(concatMap((event) => this.send(event))).subscribe();
    }

    private async send(event: TaskLockEvent): Promise<void> {
      if (event.type === 'run-started') await client.checkIn(event.name, 'in progress', event.token);
      if (event.type === 'run-finished') await client.checkIn(event.name, event.outcome, event.token);
      if (event.type === 'tick-missed') await client.checkIn(event.name, `missed ${event.count} ticks`);
    }
  }

  const store = new InMemoryLockStore();
  const providers = [Jobs, Journal, CheckIns];
  const replicas = [
    await startApplication({ providers, options: { store } }),
    await startApplication({ providers, options: { store } }),
  ];
  for (const replica of replicas) await fireTick(replica, 'report');
  const [run] = replicas[0]!.get(Journal).of('report');
  // The other replica lost the tick, and its call succeeded all the same.
  expect(checkIns).toEqual([
    ['report', 'in progress', run!.token],
    ['report', 'succeeded', run!.token],
  ]);
});

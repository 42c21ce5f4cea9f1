import { describe, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron, Interval } from '@nestjs/schedule';
import { currentTaskRun } from '../../src/calls/call-context.js';
import { TaskLock } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import {
  closeApplicationsAfterEach,
  fireTick,
  startApplication,
  THIS_JANUARY,
  YEARLY,
} from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import { aClaim } from '../support/claims.js';
import { Gate } from '../support/gate.js';
import { Journal } from '../support/journal.js';
import { CarefulSpan, spans } from '../support/span-decorators.js';

closeApplicationsAfterEach();

@Injectable()
class Jobs {
  gate?: Gate;

  constructor(private readonly journal: Journal) {}

  @Cron(YEARLY, { name: 'report', timeZone: 'UTC' })
  @TaskLock('report', undefined, { recover: true })
  async report(): Promise<void> {
    this.journal.write();
    await this.gate?.opened;
    currentTaskRun()!.signal.throwIfAborted();
  }

  @Cron(YEARLY, { name: 'failing', timeZone: 'UTC' })
  @TaskLock('failing', undefined, { recover: true })
  async failing(): Promise<void> {
    this.journal.write();
    throw new Error('out of paper');
  }

  @Cron(YEARLY, { name: 'plain', timeZone: 'UTC' })
  @TaskLock('plain')
  async plain(): Promise<void> {
    this.journal.write();
  }
}

const tick = { kind: 'scheduled', scheduledTime: new Date(THIS_JANUARY) } as const;

/** A store in which another replica has claimed a tick and will never release it. */
async function storeWithDeadRun(name: string, lease: number, now?: () => number): Promise<InMemoryLockStore> {
  const store = new InMemoryLockStore(now);
  await store.claim([
    aClaim({ name, tick, lease, minHold: 0, recover: name !== 'plain', replica: 'replica-dead' }),
  ]);
  return store;
}

function start(store: InMemoryLockStore, logger?: CapturedLog) {
  return startApplication({ providers: [Jobs, Journal], options: { store, replicaId: 'replica-b' }, logger });
}

describe('a task with recover whose replica died in the middle', () => {
  test('runs the same tick again on a replica that starts later, and says so', async () => {
    const application = await start(await storeWithDeadRun('report', 0));
    const run = await application.get(Journal).first('report');
    expect(run.scheduledTime?.getTime()).toBe(THIS_JANUARY);
    expect(run.recovering).toBe(true);
    expect(run.previous).toMatchObject({ replica: 'replica-dead' });
    expect(run.fence).toBeGreaterThan(run.previous!.fence);
  });

  test('runs it on one that was up before, when the lease of the dead run is over', async () => {
    let now = Date.now();
    const store = await storeWithDeadRun('report', 100, () => now);
    const application = await start(store);
    await fireTick(application, 'report');
    expect(application.get(Journal).of('report')).toEqual([]);
    now += 100;
    expect((await application.get(Journal).first('report')).recovering).toBe(true);
  });

  test('runs it once', async () => {
    const store = await storeWithDeadRun('report', 0);
    const application = await start(store);
    await application.get(Journal).first('report');
    await fireTick(application, 'report');
    const other = await start(store);
    expect(application.get(Journal).of('report')).toHaveLength(1);
    expect(other.get(Journal).of('report')).toEqual([]);
  });

  test('logs an error of the method, as the scheduler does', async () => {
    const logger = new CapturedLog();
    const application = await start(await storeWithDeadRun('failing', 0), logger);
    await application.get(Journal).first('failing');
    expect(logger.errors).toEqual(['Error: out of paper']);
  });

  test('keeps the row of a recovery that a shutdown aborts free for another replica', async () => {
    const store = await storeWithDeadRun('report', 0);
    const options = { store, shutdownTimeout: 1 };
    const gate = new Gate();
    const useFactory = (journal: Journal): Jobs => Object.assign(new Jobs(journal), { gate });
    const gated = { provide: Jobs, useFactory, inject: [Journal] };
    const application = await startApplication({ providers: [gated, Journal], options });
    const { signal } = await application.get(Journal).first('report');
    signal.addEventListener('abort', () => gate.open());
    await application.close();
    const other = await start(store);
    expect((await other.get(Journal).first('report')).recovering).toBe(true);
  });
});

test('without recover the tick is lost, and the next run is told of the dead one', async () => {
  const store = await storeWithDeadRun('plain', 0);
  const application = await start(store);
  await fireTick(application, 'plain');
  expect(application.get(Journal).of('plain')).toEqual([]);
  await application.get(Jobs).plain();
  const run = application.get(Journal).of('plain')[0]!;
  expect([run.recovering, run.previous?.replica]).toEqual([false, 'replica-dead']);
});

test('a recovery passes through what stands around @TaskLock, as a tick does', async () => {
  @Injectable()
  class Spanned {
    constructor(private readonly journal: Journal) {}

    @Cron(YEARLY, { timeZone: 'UTC' })
    @CarefulSpan()
    @TaskLock('report', undefined, { recover: true })
    async spanned(): Promise<void> {
      this.journal.write();
    }
  }
  const store = await storeWithDeadRun('report', 0);
  const application = await startApplication({ providers: [Spanned, Journal], options: { store } });
  expect((await application.get(Journal).first('report')).recovering).toBe(true);
  expect(spans).toEqual(['spanned']);
});

test('an @Interval recovers the tick that its row keeps', async () => {
  @Injectable()
  class Polling {
    constructor(private readonly journal: Journal) {}

    @Interval(3_600_000)
    @TaskLock('poll', undefined, { recover: true })
    async poll(): Promise<void> {
      this.journal.write();
    }
  }
  const store = new InMemoryLockStore();
  const kept = { kind: 'kept', interval: 3_600_000 } as const;
  const [dead] = await store.claim([aClaim({ name: 'poll', tick: kept, lease: 0, recover: true })]);
  const application = await startApplication({ providers: [Polling, Journal], options: { store } });
  const run = await application.get(Journal).first('poll');
  expect(run.scheduledTime).toEqual(dead?.status === 'won' && dead.scheduledTime);
  expect(run.recovering).toBe(true);
});

import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { currentTaskRun, TaskLock, TaskLockService } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import type { Cancellation, RenewAnswer, RenewRequest } from '../../src/store/lock-store.js';
import { closeApplicationsAfterEach, fireTick, startApplication, YEARLY } from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import { until } from '../support/until.js';

closeApplicationsAfterEach();

const BY_ANN: Cancellation = { by: 'ann', reason: 'wrong mails' };
const SAID = 'was cancelled by ann, "wrong mails": stop now. It keeps its lock until the method settles.';

/** A store that an operator asks to cancel whatever runs. */
class CancellingStore extends InMemoryLockStore {
  cancelled?: Cancellation;

  override async renew(held: readonly RenewRequest[]): Promise<RenewAnswer[]> {
    const { cancelled } = this;
    const answers = await super.renew(held);
    return answers.map((answer) => (answer.status === 'renewed' ? { ...answer, cancelled } : answer));
  }
}

/** Runs until it is cancelled, and then does what `end` says. */
@Injectable()
class Mails {
  begun = 0;
  end: () => unknown = () => {
    throw new Error('the connection was closed');
  };

  @Cron(YEARLY, { name: 'nightly', timeZone: 'UTC' })
  @TaskLock('nightly', undefined, { recover: true })
  async nightly(): Promise<unknown> {
    return this.work();
  }

  @TaskLock('requested', undefined, { attempts: 3 })
  async requested(): Promise<unknown> {
    return this.work();
  }

  @TaskLock('buffered', undefined, { overlap: 'bufferOne', attempts: 3 })
  async buffered(text: string): Promise<unknown> {
    void text;
    return this.work();
  }

  private async work(): Promise<unknown> {
    this.begun++;
    const { signal } = currentTaskRun()!;
    if (!signal.aborted) await once(signal, 'abort');
    return this.end();
  }
}

async function start() {
  const store = new CancellingStore();
  const logger = new CapturedLog();
  // A run hears of it at its next renewal, which is due each third of a lease.
  const options = { store, lease: 150, pollingInterval: '1h' };
  const application = await startApplication({ providers: [Mails], options, logger });
  const [mails, service] = [application.get(Mails), application.get(TaskLockService)];
  return { application, mails, service, store, logger };
}

describe('the tick of a cancelled run', () => {
  test('is over, and nobody recovers it', async () => {
    const { application, mails, store, logger } = await start();
    const ticking = fireTick(application, 'nightly');
    await until(() => mails.begun === 1);
    store.cancelled = BY_ANN;
    await ticking;
    const row = store.row('nightly')!;
    expect(row.outcome).toBe('cancelled');
    expect(row.finishedAt).not.toBeNull();
    expect(logger.warnings).toContain(`The run of the task "nightly" ${SAID}`);
    store.cancelled = undefined;
    await fireTick(application, 'nightly');
    expect(mails.begun).toBe(1);
  });

  test('has succeeded where the method resolves all the same', async () => {
    const { application, mails, store } = await start();
    mails.end = () => 'done';
    store.cancelled = BY_ANN;
    await fireTick(application, 'nightly');
    expect(store.row('nightly')?.outcome).toBe('succeeded');
  });
});

describe('the requests of a cancelled run', () => {
  test('are parked, with who cancelled it and why, and not tried again', async () => {
    const { mails, service, store, logger } = await start();
    store.cancelled = BY_ANN;
    await service.request('requested');
    await until(() => store.requests.all().some(({ parkedAt }) => parkedAt !== undefined));
    const error = `The run of the task "requested" ${SAID}`;
    expect(store.requests.all()).toMatchObject([{ attempts: 1, error }]);
    expect(logger.errors).toContain(`1 requests of "requested" are parked and not tried again: ${error}`);
    expect(mails.begun).toBe(1);
    expect(store.row('requested')?.outcome).toBe('cancelled');
  });

  test('are parked also where a call served them along', async () => {
    const { mails, store } = await start();
    await store.requests.add([{ name: 'buffered', task: 'buffered', args: '["older"]', delay: 0 }]);
    store.cancelled = BY_ANN;
    await mails.buffered('newer').catch(() => undefined);
    await until(() => store.requests.all().every(({ parkedAt }) => parkedAt !== undefined));
    expect(store.requests.all()).toMatchObject([{ args: '["older"]' }]);
  });

  test('are done where the method resolves all the same', async () => {
    const { mails, service, store } = await start();
    mails.end = () => 'done';
    store.cancelled = BY_ANN;
    await service.request('requested');
    await until(() => store.requests.all().length === 0);
    expect(mails.begun).toBe(1);
  });
});

import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { TaskLock, TaskLockService } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { closeApplicationsAfterEach, fireTick, startApplication, YEARLY } from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';

closeApplicationsAfterEach();
afterEach(() => void jest.restoreAllMocks());

const failure = Object.assign(new Error('out of paper'), { code: 'E_PAPER' });

@Injectable()
class Jobs {
  value: unknown;

  @TaskLock('failing')
  async failing(): Promise<void> {
    throw failure;
  }

  @TaskLock('failing at once')
  failingAtOnce(): Promise<void> {
    throw failure;
  }

  @TaskLock('failing without an error')
  async failingWithoutAnError(): Promise<void> {
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    throw 'a text';
  }

  @Cron(YEARLY, { name: 'yearly', timeZone: 'UTC' })
  @TaskLock('yearly')
  async yearly(): Promise<void> {
    throw failure;
  }

  @TaskLock('answering')
  async answering(): Promise<unknown> {
    return this.value;
  }
}

/** A store whose release is replaced. */
function storeWith(release: InMemoryLockStore['release']): InMemoryLockStore {
  return Object.assign(new InMemoryLockStore(), { release });
}

async function start(store = new InMemoryLockStore()) {
  const logger = new CapturedLog();
  const application = await startApplication({ providers: [Jobs], options: { store }, logger });
  return { application, store, logger, jobs: application.get(Jobs), locks: application.get(TaskLockService) };
}

async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => 'no error',
    (error: unknown) => error,
  );
}

describe("a method's own error", () => {
  test('comes through as the same object, and is recorded', async () => {
    const { jobs, store } = await start();
    expect(await errorOf(jobs.failing())).toBe(failure);
    expect(await errorOf(jobs.failingAtOnce())).toBe(failure);
    expect(await errorOf(jobs.failingWithoutAnError())).toBe('a text');
    expect(store.row('failing')).toMatchObject({ outcome: 'failed', error: 'Error: out of paper' });
    expect(store.row('failing')?.finishedAt).not.toBeNull();
  });

  test('comes through TaskLockService.run as the same object', async () => {
    const { locks, store } = await start();
    const work = (): never => {
      throw failure;
    };
    expect(await errorOf(locks.run({ name: 'ad hoc' }, work))).toBe(failure);
    expect(store.row('ad hoc')?.outcome).toBe('failed');
  });

  test('comes through also when the release fails too', async () => {
    const { jobs, logger } = await start(storeWith(async () => Promise.reject(new Error('no such column'))));
    expect(await errorOf(jobs.failing())).toBe(failure);
    expect(logger.errors).toEqual([
      expect.stringContaining('The release of "failing" failed, it is repeated without'),
      expect.stringContaining('The release of "failing" failed, the lock stays held'),
    ]);
  });

  test('comes through also when the release throws before it answers', async () => {
    const { jobs } = await start(
      storeWith(() => {
        throw new Error('not even a promise');
      }),
    );
    expect(await errorOf(jobs.failing())).toBe(failure);
  });

  test('of a tick is logged by the scheduler and stops no later tick', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
    const { application, store } = await start();
    await fireTick(application, 'yearly');
    expect(error).toHaveBeenCalledWith(failure);
    expect(store.row('yearly')?.outcome).toBe('failed');
  });

  test('that cannot be turned into a text comes through as well', async () => {
    const { locks } = await start();
    const odd: unknown = Object.create(null);
    const work = (): never => {
      throw odd;
    };
    expect(await errorOf(locks.run({ name: 'ad hoc' }, work))).toBe(odd);
  });
});

describe("a method's value", () => {
  test.each([undefined, null, 0, '', false, [], { rows: 3 }, new Map([[1, 2]]), () => 1])(
    '%p comes back unchanged',
    async (value) => {
      const { jobs, store } = await start();
      jobs.value = value;
      expect(await jobs.answering()).toBe(value);
      expect(store.row('answering')?.outcome).toBe('succeeded');
    },
  );

  test('stands also when the release fails', async () => {
    const { jobs, logger } = await start(storeWith(async () => Promise.reject(new Error('no such column'))));
    jobs.value = 42;
    expect(await jobs.answering()).toBe(42);
    expect(logger.errors.join()).toContain('the lock stays held until its lease ends');
  });
});

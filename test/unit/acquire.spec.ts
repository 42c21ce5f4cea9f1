import { describe, expect, jest, test } from '@jest/globals';
import type { TaskLockAcquireOptions } from '../../src/index.js';
import {
  TaskLock,
  TaskLockConfigurationError,
  TaskLockLostError,
  TaskLockTimeoutError,
  TaskLockUnavailableError,
  TaskLockUsageError,
} from '../../src/index.js';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';
import type { AcquiredLock } from '../../src/index.js';
import type { LockStore } from '../../src/store/lock-store.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { FakeClock, settled } from '../support/fake-clock.js';
import { Gate } from '../support/gate.js';
import { watch } from '../support/locks.js';
import { serviceReplica, writing } from '../support/service-replica.js';

const BY_ANN = { by: 'ann', reason: 'wrong import' };

class Jobs {
  mayRun = true;

  @TaskLock({ name: 'import', interval: '1h', minHold: '30m' })
  async import(): Promise<void> {}

  @TaskLock('course-import', undefined, { key: (course: number) => course })
  async importCourse(course: number): Promise<void> {
    void course;
  }

  @TaskLock('here', undefined, {
    when(this: Jobs) {
      return this.mayRun;
    },
  })
  async here(): Promise<void> {}

  @TaskLock('waiting', undefined, { overlap: 'wait', waitTimeout: '1h' })
  async waiting(): Promise<void> {}
}

/** Two replicas whose clock the test moves. */
function replicas({ shutdownTimeout = '25s' } = {}) {
  const clock = new FakeClock();
  const store = new InMemoryLockStore(() => clock.now());
  const jobs = new Jobs();
  const one = serviceReplica({ store, clock, jobs: [jobs], replicaId: 'one', shutdownTimeout });
  const other = serviceReplica({ store, clock, jobs: [new Jobs()], replicaId: 'other' });
  return { clock, store, jobs, one, other, service: one.service };
}

async function taken(acquiring: Promise<AcquiredLock | undefined>): Promise<AcquiredLock> {
  const lock = await acquiring;
  if (!lock) throw new Error('the lock was not acquired');
  return lock;
}

const outcomes = async (store: LockStore, task: string) =>
  (await store.operator!.runs({ task, limit: 10 })).map(({ outcome }) => outcome);

describe('an acquired lock', () => {
  test('keeps all others out until it is released, and is a run of its name in the history', async () => {
    const { service, other, store } = replicas();
    const lock = await taken(service.acquire('export', {}));
    expect(lock).toMatchObject({ name: 'export', fence: store.row('export')?.fence });
    expect(lock.startedAt).toEqual(new Date('2026-03-01T12:00:00Z'));
    expect(lock.signal.aborted).toBe(false);
    expect(() => lock.assertHeld()).not.toThrow();
    expect(await other.service.acquire('export', {})).toBeUndefined();
    expect(await other.service.run({ name: 'export' }, () => 'never')).toMatchObject({ heldBy: 'one' });
    await lock.release();
    expect(await outcomes(store, 'export')).toEqual(['succeeded']);
    expect(await other.service.run({ name: 'export' }, () => 'ran')).toMatchObject({ value: 'ran' });
  });

  test('has a greater fence than the one before', async () => {
    const { service } = replicas();
    const first = await taken(service.acquire('export', {}));
    await first.release();
    const second = await taken(service.acquire('export', {}));
    expect(second.fence > first.fence).toBe(true);
  });

  test('is renewed beyond its lease, until its maximum hold', async () => {
    const { service, other, clock } = replicas();
    const lock = await taken(service.acquire('export', { maxHold: '5m' }));
    await clock.advance(299_000);
    expect(() => lock.assertHeld()).not.toThrow();
    expect(await other.service.acquire('export', {})).toBeUndefined();
    await clock.advance(2_000);
    expect(lock.signal.reason).toMatchObject({ reason: 'maximum hold' });
    expect(() => lock.assertHeld()).toThrow(TaskLockLostError);
    expect(await other.service.acquire('export', {})).toBeDefined();
  });

  test('can be extended by hand', async () => {
    const { service, store, clock } = replicas();
    const lock = await taken(service.acquire('export', {}));
    await lock.extend('30m');
    expect(store.row('export')?.lockedUntil).toBe(clock.now() + 1_800_000);
  });

  test('commits its transactions, and rolls them back once another holds the lock', async () => {
    const { service, store, one, clock } = replicas();
    const lock = await taken(service.acquire('export', {}));
    await lock.transaction(writing('held'));
    const late = lock.transaction(async (manager) => {
      await writing('late')(manager);
      // Taken away, and not renewed meanwhile: nothing has told this process.
      await store.operator.release(
        { name: 'export', task: 'export', fence: lock.fence },
        { ...BY_ANN, force: true, now: true },
      );
    });
    await expect(late).rejects.toMatchObject({ reason: 'taken' });
    expect(one.committed).toEqual(['held']);
    await clock.advance(0);
  });

  test('is over after its release: nothing more is done under it', async () => {
    const { service, one } = replicas();
    const lock = await taken(service.acquire('export', {}));
    await lock.release();
    expect(() => lock.assertHeld()).toThrow('is over and its lock released');
    await expect(lock.transaction(writing('late'))).rejects.toMatchObject({ reason: 'released' });
    expect(one.committed).toEqual([]);
  });

  test('is released once, however often that is asked, and each waits for the answer', async () => {
    const { service, store } = replicas();
    const gate = new Gate();
    const send = store.release.bind(store);
    const release = jest.spyOn(store, 'release').mockImplementation(async (held) => {
      await gate.opened;
      return send(held);
    });
    const lock = await taken(service.acquire('export', {}));
    const releases = [watch(lock.release()), watch(lock.release())];
    await settled();
    expect(releases.map(({ isSettled }) => isSettled)).toEqual([false, false]);
    gate.open();
    await lock.release();
    expect(release).toHaveBeenCalledTimes(1);
  });

  test('lets requests run that waited for it', async () => {
    const { service, one } = replicas();
    const released = jest.spyOn(one.core.poller, 'released');
    const lock = await taken(service.acquire('import'));
    expect(released).not.toHaveBeenCalled();
    await lock.release();
    expect(released).toHaveBeenCalledWith('import');
  });

  test('is released at the end of an `await using` block, also of one that throws', async () => {
    const { service, store } = replicas();
    {
      await using lock = await service.acquire('export', {});
      expect(lock).toBeDefined();
      // Nothing to dispose of where it is held.
      await using second = await service.acquire('export', {});
      expect(second).toBeUndefined();
    }
    expect(store.row('export')?.finishedAt).not.toBeNull();
    const failing = async () => {
      await using lock = await service.acquire('export', {});
      throw new Error(`with ${lock?.name}`);
    };
    await expect(failing()).rejects.toThrow('with export');
    expect(store.row('export')?.finishedAt).not.toBeNull();
  });

  test('tells that an operator cancelled it, and has ended so', async () => {
    const { service, store, clock } = replicas();
    const lock = await taken(service.acquire('export', {}));
    await store.operator.cancel({ name: 'export', task: 'export', fence: lock.fence }, BY_ANN);
    await clock.advance(20_000);
    expect(lock.signal.reason).toMatchObject({ reason: 'cancelled' });
    await lock.release();
    expect(await outcomes(store, 'export')).toEqual(['cancelled']);
  });
});

describe('a shutdown', () => {
  test('waits for the release of what is held', async () => {
    const { service, one } = replicas();
    const lock = await taken(service.acquire('export', {}));
    const stop = one.shutDown();
    const stopping = watch(stop);
    await settled();
    expect(stopping.isSettled).toBe(false);
    expect(lock.signal.aborted).toBe(false);
    await lock.release();
    await stop;
  });

  test('aborts it after shutdownTimeout, and it has ended so', async () => {
    const { service, one, store, clock } = replicas({ shutdownTimeout: '10s' });
    const lock = await taken(service.acquire('export', {}));
    lock.signal.addEventListener('abort', () => void lock.release());
    const stopping = watch(one.shutDown());
    await clock.advance(9_000);
    expect(lock.signal.aborted).toBe(false);
    await clock.advance(1_000);
    expect(lock.signal.reason).toMatchObject({ reason: 'shutdown' });
    expect(stopping.isSettled).toBe(true);
    expect(await outcomes(store, 'export')).toEqual(['aborted']);
    expect(await service.acquire('export', {})).toBeUndefined();
  });
});

describe('acquire answers nothing', () => {
  test('within the minimum hold of a declared task', async () => {
    const { service, clock } = replicas();
    await (await taken(service.acquire('import'))).release();
    expect(await service.acquire('import')).toBeUndefined();
    await clock.advance(1_800_000);
    expect(await service.acquire('import')).toBeDefined();
  });

  test('inside a run of the same lock: whoever releases it would end that run', async () => {
    const { service } = replicas();
    const inside = await service.run('import', () => service.acquire('import'));
    expect(inside).toEqual({ status: 'executed', value: undefined });
  });

  test('while the task is paused', async () => {
    const { service, store } = replicas();
    await store.operator.pause('export', undefined, BY_ANN);
    expect(await service.acquire('export', {})).toBeUndefined();
  });

  test('where the condition of the declared task is false', async () => {
    const { service, jobs } = replicas();
    jobs.mayRun = false;
    expect(await service.acquire('here')).toBeUndefined();
  });

  test('where the database gives no answer', async () => {
    const { service, store, clock } = replicas();
    store.claim = () => Promise.reject(new LockStoreUnavailableError('connection refused', false));
    const acquiring = watch(service.acquire('export', {}));
    await clock.advance(6_000);
    expect(acquiring).toEqual({ isSettled: true, value: undefined });
  });

  test('at once where the declared task lets its calls wait', async () => {
    const { service } = replicas();
    const lock = await taken(service.acquire('waiting'));
    expect(await service.acquire('waiting')).toBeUndefined();
    await lock.release();
  });
});

describe('acquire with wait', () => {
  test('answers the lock once it is free', async () => {
    const { service, other, clock } = replicas();
    const lock = await taken(other.service.acquire('export', {}));
    const waiting = watch(service.acquire('export', { wait: '1m' }));
    await clock.advance(30_000);
    expect(waiting.isSettled).toBe(false);
    await lock.release();
    await clock.advance(2_000);
    expect(waiting.value).toMatchObject({ name: 'export' });
  });

  test('throws a TaskLockTimeoutError where it is not free by then', async () => {
    const { service, other, clock } = replicas();
    await taken(other.service.acquire('export', {}));
    const failure = watch(service.acquire('export', { wait: '10s' }).catch((error: unknown) => error));
    await clock.advance(12_000);
    expect(failure.value).toBeInstanceOf(TaskLockTimeoutError);
    expect(failure.value).toMatchObject({ heldBy: 'other', waitTimeout: 10_000 });
  });

  test('throws a TaskLockUnavailableError where the task is paused', async () => {
    const { service, store } = replicas();
    await store.operator.pause('export', undefined, BY_ANN);
    const acquiring = service.acquire('export', { wait: '10s' });
    await expect(acquiring).rejects.toThrow(TaskLockUnavailableError);
    await expect(acquiring).rejects.toMatchObject({ reason: 'paused' });
  });
});

describe('acquire of a key', () => {
  test('takes the lock of that key alone', async () => {
    const { service, other } = replicas();
    const lock = await taken(service.acquire('course-import', { key: 5 }));
    expect(lock.key).toBe('5');
    expect(await other.service.acquire('course-import', { key: 5 })).toBeUndefined();
    expect(await other.service.acquire('course-import', { key: 6 })).toBeDefined();
  });

  test('is refused without one where the task has a lock for each', async () => {
    const { service } = replicas();
    await expect(service.acquire('course-import')).rejects.toThrow(
      "TaskLockService.acquire('course-import'), option key: this task has a lock for each key: acquire('course-import', { key: 5 })",
    );
  });
});

describe('acquire refuses', () => {
  test('a bare name that is not declared', async () => {
    const { service } = replicas();
    const acquiring = service.acquire('improt');
    await expect(acquiring).rejects.toThrow(TaskLockUsageError);
    await expect(acquiring).rejects.toThrow(
      "TaskLockService.acquire('improt'): no method is decorated with @TaskLock('improt'). For a task without a decorator " +
        "give options: acquire('improt', { maxHold: '10m' }).",
    );
  });

  test.each([
    [{ ttl: '1m' }, 'option ttl: is not an option; there are key, maxHold, wait'],
    [{ wait: '10' }, "option wait: '10' carries no unit"],
    [{ wait: 0 }, 'option wait: must be more than 0; leave it out if the call should not wait'],
  ])('the options %p', async (options, message) => {
    const { service } = replicas();
    const acquiring = service.acquire('export', options as TaskLockAcquireOptions);
    await expect(acquiring).rejects.toThrow(`TaskLockService.acquire('export'), ${message}`);
  });

  test('a maximum hold that is wrong', async () => {
    const { service } = replicas();
    const acquiring = service.acquire('export', { maxHold: '10' });
    await expect(acquiring).rejects.toThrow(TaskLockConfigurationError);
    await expect(acquiring).rejects.toThrow(
      "TaskLockService.acquire('export'), option maxHold: '10' carries no unit",
    );
  });
});

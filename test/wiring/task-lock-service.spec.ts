import { describe, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import type { TestingModule } from '@nestjs/testing';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';
import {
  TaskLock,
  TaskLockConfigurationError,
  TaskLockService,
  TaskLockUsageError,
} from '../../src/index.js';
import type { TaskRun } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import {
  closeApplicationsAfterEach,
  compileApplication,
  fireTick,
  startApplication,
  THIS_JANUARY,
  YEARLY,
} from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import { Gate } from '../support/gate.js';

closeApplicationsAfterEach();

@Injectable()
class Jobs {
  @TaskLock({ name: 'export', interval: '1h', minHold: '30m' })
  async export(): Promise<string> {
    return 'by the method';
  }

  @Cron(YEARLY, { name: 'yearly', timeZone: 'UTC' })
  @TaskLock('yearly')
  async yearly(): Promise<string> {
    return 'by the method';
  }
}

async function startService({ store = new InMemoryLockStore(), replicaId = 'replica' } = {}) {
  const logger = new CapturedLog();
  const application = await startApplication({ providers: [Jobs], options: { store, replicaId }, logger });
  return { application, store, locks: application.get(TaskLockService) };
}

describe('TaskLockService.run answers', () => {
  test('executed, with the value of the work', async () => {
    const { locks } = await startService();
    expect(await locks.run({ name: 'ad hoc' }, async () => 42)).toEqual({ status: 'executed', value: 42 });
    expect(await locks.run({ name: 'ad hoc' }, () => 'not async')).toEqual({
      status: 'executed',
      value: 'not async',
    });
    expect(await locks.run({ name: 'ad hoc' }, () => {})).toEqual({ status: 'executed', value: undefined });
  });

  test('held, with the holder and the end of its lock, while another run is in progress', async () => {
    const store = new InMemoryLockStore();
    const one = await startService({ store, replicaId: 'one' });
    const other = await startService({ store, replicaId: 'other' });
    const gate = new Gate();
    const run = one.locks.run({ name: 'ad hoc', maxHold: '10m' }, () => gate.opened);
    const skipped = await other.locks.run({ name: 'ad hoc', maxHold: '10m' }, () => 'never');
    expect(skipped).toEqual({
      status: 'skipped',
      reason: 'held',
      heldBy: 'one',
      heldUntil: expect.any(Date),
    });
    expect(await one.locks.run({ name: 'ad hoc' }, () => 'never')).toMatchObject({
      reason: 'held',
      heldBy: 'one',
    });
    gate.open();
    await run;
  });

  test('held, with the end of the minimum hold', async () => {
    const { locks } = await startService();
    await locks.run('export', () => {});
    const skipped = await locks.run('export', () => 'never');
    expect(skipped).toMatchObject({ status: 'skipped', reason: 'held', heldBy: 'replica' });
    const { heldUntil } = skipped as { heldUntil: Date };
    expect(Math.abs(heldUntil.getTime() - Date.now() - 1_800_000)).toBeLessThan(10_000);
  });

  test('done, where the tick has run', async () => {
    const { locks } = await startService();
    const tick = { name: 'dynamic', interval: '1h', scheduledTime: new Date('2026-01-01T00:00:00Z') };
    await locks.run(tick, () => {});
    expect(await locks.run(tick, () => 'never')).toEqual({ status: 'skipped', reason: 'done' });
  });

  test('unavailable, where the store gives no answer', async () => {
    const store = new InMemoryLockStore();
    const { locks } = await startService({ store });
    store.claim = async () => Promise.reject(new Error('no such column'));
    expect(await locks.run({ name: 'ad hoc' }, () => 'never')).toEqual({
      status: 'skipped',
      reason: 'unavailable',
    });
  });

  test('executed, where the store answers at a second try', async () => {
    const store = new InMemoryLockStore();
    const { locks } = await startService({ store });
    const claim = store.claim.bind(store);
    store.claim = async () => {
      store.claim = claim;
      throw new LockStoreUnavailableError('connection terminated', true);
    };
    expect(await locks.run({ name: 'ad hoc' }, () => 42)).toEqual({ status: 'executed', value: 42 });
  });

  test('stopping, where the application has shut down', async () => {
    const { application, locks } = await startService();
    await application.close();
    expect(await locks.run({ name: 'ad hoc' }, () => 'never')).toEqual({
      status: 'skipped',
      reason: 'stopping',
    });
  });
});

describe('TaskLockService.run takes', () => {
  test('the options of the declared task for its bare name', async () => {
    const { locks } = await startService();
    const jobs = await locks.run('export', (run: TaskRun) => run.name);
    expect(jobs).toEqual({ status: 'executed', value: 'export' });
    expect(await locks.run('export', () => 'never')).toMatchObject({ reason: 'held' });
  });

  test('given options before those of the declared task', async () => {
    const { locks } = await startService();
    await locks.run('export', () => {});
    expect(await locks.run({ name: 'export', minHold: 0 }, () => 'ran')).toEqual({
      status: 'executed',
      value: 'ran',
    });
    expect(await locks.run({ name: 'export' }, () => 'never')).toMatchObject({ reason: 'held' });
  });

  test('a call of a scheduled task for a direct one', async () => {
    const { application, locks, store } = await startService();
    await fireTick(application, 'yearly');
    for (let call = 1; call <= 2; call++) {
      expect(await locks.run('yearly', (run) => run.scheduledTime)).toEqual({
        status: 'executed',
        value: undefined,
      });
    }
    expect(store.row('yearly')?.lastTick).toBe(THIS_JANUARY);
  });

  test('the names of declared tasks also before the application is started', async () => {
    @Injectable()
    class Caller implements OnModuleInit {
      result: unknown;

      constructor(private readonly locks: TaskLockService) {}

      async onModuleInit(): Promise<void> {
        this.result = await this.locks.run('yearly', () => 'ran');
      }
    }
    const compiled = await compileApplication({ providers: [Jobs] });
    expect(await compiled.get(TaskLockService).run('yearly', () => 'ran')).toMatchObject({
      status: 'executed',
    });
    const started = await startApplication({ providers: [Jobs, Caller] });
    expect(started.get(Caller).result).toEqual({ status: 'executed', value: 'ran' });
  });
});

describe('TaskLockService.run with a scheduledTime', () => {
  const scheduledTime = new Date('2026-03-01T12:00:00.250Z');
  const tick = { name: 'dynamic', interval: '1m', scheduledTime };
  const runs: TaskRun[] = [];
  const ask = (application: TestingModule) =>
    application.get(TaskLockService).run(tick, (run) => runs.push(run));

  test('runs once in two applications that share a store, at that instant', async () => {
    const store = new InMemoryLockStore();
    const [one, other] = [await startService({ store }), await startService({ store })];
    const answers = await Promise.all([ask(one.application), ask(other.application), ask(one.application)]);
    expect(answers.filter(({ status }) => status === 'executed')).toHaveLength(1);
    expect(await ask(other.application)).toEqual({ status: 'skipped', reason: 'done' });
    expect(runs.map((run) => run.scheduledTime)).toEqual([scheduledTime]);
    expect(store.row('dynamic')?.lastTick).toBe(scheduledTime.getTime());
  });
});

describe('TaskLockService.run rejects, and does not run', () => {
  const never = (): never => {
    throw new Error('it ran');
  };

  test('a bare name that is not declared', async () => {
    const { locks } = await startService();
    const call = locks.run('exprot', never);
    await expect(call).rejects.toThrow(TaskLockUsageError);
    await expect(call).rejects.toThrow("no method is decorated with @TaskLock('exprot')");
    await expect(call).rejects.toThrow("run({ name: 'exprot', maxHold: '10m' }, ...)");
  });

  test.each([new Date(NaN), new Date(1_772_366_400_000_000), '2026-03-01', 1_772_366_400_000])(
    'the scheduledTime %p',
    async (scheduledTime) => {
      const { locks } = await startService();
      const call = locks.run({ name: 'dynamic', scheduledTime: scheduledTime as Date }, never);
      await expect(call).rejects.toThrow(TaskLockUsageError);
      await expect(call).rejects.toThrow("run('dynamic'): scheduledTime is not a valid Date");
    },
  );

  test('options that are wrong, all at once', async () => {
    const { locks } = await startService();
    const call = locks.run({ name: 'export', minHold: '2h', interval: '3600' }, never);
    await expect(call).rejects.toThrow(TaskLockConfigurationError);
    await expect(call).rejects.toThrow("TaskLockService.run, option interval: '3600' carries no unit");
  });
});

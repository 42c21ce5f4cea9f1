import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  TaskLock,
  TaskLockEvents,
  TaskLockOperator,
  TaskLockOperatorError,
  TaskLockService,
} from '../../src/index.js';
import type { TaskLockEvent } from '../../src/index.js';
import type { LockStore } from '../../src/store.js';
import { InMemoryLockStore, TaskLockTestingModule } from '../../src/testing/index.js';
import { closeApplicationsAfterEach, startApplication } from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import { FakeClock } from '../support/fake-clock.js';
import { Gate } from '../support/gate.js';
import { Journal } from '../support/journal.js';
import { until } from '../support/until.js';

closeApplicationsAfterEach();
afterEach(() => void jest.restoreAllMocks());

@Injectable()
class Jobs {
  readonly gate = new Gate();

  constructor(private readonly journal: Journal) {}

  @TaskLock('report')
  async report(): Promise<void> {
    this.journal.write();
    await this.gate.opened;
  }
}

/** Needs the operator, as a controller of an application would. */
@Injectable()
class Console {
  constructor(readonly operator: TaskLockOperator) {}
}

const providers = [Jobs, Journal];

/** A store that locks, and keeps nothing for operators. */
function lockingOnly(): LockStore {
  const store = new InMemoryLockStore();
  return {
    prepare: (names) => store.prepare(names),
    claim: (requests) => store.claim(requests),
    renew: (held) => store.renew(held),
    release: (held) => store.release(held),
  };
}

describe('TaskLockOperator', () => {
  test('is injected anywhere in an application, since the module is global', async () => {
    @Module({ providers: [Console], exports: [Console] })
    class Feature {}
    const application = await startApplication({ providers, imports: [Feature] });
    expect(application.get(Console, { strict: false }).operator).toBeInstanceOf(TaskLockOperator);
  });

  test('works in the testing module', async () => {
    const module = await Test.createTestingModule({
      imports: [TaskLockTestingModule],
      providers: [...providers, Console],
    })
      .setLogger(new CapturedLog())
      .compile();
    await module.init();
    module.get(Jobs).gate.open();
    const answer = await module.get(Console).operator.trigger('report', { by: 'ana' });
    expect(answer).toMatchObject({ status: 'executed', outcome: 'succeeded' });
    await module.close();
  });

  test('sees what is declared, and what runs', async () => {
    const clock = new FakeClock(Date.now());
    const application = await startApplication({
      providers,
      clock,
      options: { replicaId: 'pod-1', store: new InMemoryLockStore(() => clock.now()) },
    });
    await clock.advance(60_000);
    const operator = application.get(TaskLockOperator);
    expect(await operator.tasks()).toMatchObject({
      total: 1,
      items: [{ name: 'report', member: 'Jobs.report', state: 'idle' }],
    });
    const running = application.get(Jobs).report();
    await application.get(Journal).first('report');
    expect(await operator.task('report')).toMatchObject({ state: 'running', running: { replica: 'pod-1' } });
    application.get(Jobs).gate.open();
    await clock.advance(0);
    await running;
  });

  test('says what is missing where the store keeps nothing for operators, and only when it is used', async () => {
    const application = await startApplication({ providers, options: { store: lockingOnly() } });
    const operator = application.get(TaskLockOperator);
    const uses = [
      operator.tasks(),
      operator.task('report'),
      operator.resume('report', { by: 'ana' }),
      operator.trigger('report', { by: 'ana' }),
      operator.actions(),
    ];
    for (const use of uses) {
      await expect(use).rejects.toBeInstanceOf(TaskLockOperatorError);
      await expect(use).rejects.toThrow(
        'TaskLockOperator: a store with `operator` is needed, and Object has none: nothing is recorded, and nobody can ' +
          'steer. Give the store an OperatorStore; one that wraps another store passes it on.',
      );
    }
  });

  test('has nothing to see with enabled: false, and says so', async () => {
    const application = await startApplication({ providers, options: { enabled: false } });
    await expect(application.get(TaskLockOperator).tasks()).rejects.toThrow(
      'TaskLockOperator: there is nothing to see: TaskLockModule has enabled: false',
    );
  });

  test('takes overdueAfter from the options of the module', async () => {
    let now = Date.parse('2026-03-01T12:00:00Z');
    const store = new InMemoryLockStore(() => now);
    const task = { minHold: 0, maxHold: 1, lease: 1, isScheduled: true, isConditional: false };
    const declared = { ...task, name: 'often', schedule: '* * * * *', timeZone: 'UTC', interval: 60_000 };
    const tasks = [{ ...declared, isDisabled: false, isKeyed: false, isPolled: true }];
    await store.operator.declare({ tasks, replica: 'pod-1', version: '1.0.0' });
    now += 10 * 60_000;
    const stateWith = async (overdueAfter: string) => {
      const application = await startApplication({ options: { store, overdueAfter } });
      return (await application.get(TaskLockOperator).task('often')).state;
    };
    expect(await stateWith('5m')).toBe('overdue');
    expect(await stateWith('15m')).toBe('idle');
  });

  test('publishes an event for each action that took effect', async () => {
    const store = new InMemoryLockStore();
    const application = await startApplication({ providers, options: { store } });
    const [operator, { events$ }] = [application.get(TaskLockOperator), application.get(TaskLockEvents)];
    const events: TaskLockEvent[] = [];
    events$.subscribe((event) => void events.push(event));
    application.get(Jobs).gate.open();
    await operator.trigger('report', { by: 'ana', reason: 'the supplier asked' });
    await store.operator.pause('report', undefined, { by: 'ana' });
    await operator.resume('report', { by: 'bob' });
    await operator.resume('report', { by: 'bob' });
    expect(events.filter((event) => 'by' in event)).toMatchObject([
      { type: 'triggered', name: 'report', by: 'ana', reason: 'the supplier asked' },
      { type: 'resumed', name: 'report', by: 'bob' },
    ]);
  });

  test('lets requests that waited for a pause run at once after a resume', async () => {
    const store = new InMemoryLockStore();
    const application = await startApplication({ providers, options: { store, pollingInterval: '1h' } });
    application.get(Jobs).gate.open();
    const operator = application.get(TaskLockOperator);
    await store.operator.pause('report', undefined, { by: 'ana' });
    const polls = jest.spyOn(store.requests, 'waiting');
    await application.get(TaskLockService).request('report');
    await until(() => polls.mock.calls.length > 0);
    expect(application.get(Journal).of('report')).toEqual([]);
    await until(async () => (await store.operator.names()).includes('report'));
    await operator.resume('report', { by: 'ana' });
    await application.get(Journal).first('report');
  });
});

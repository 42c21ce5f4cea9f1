import { describe, expect, test } from '@jest/globals';
import { lastValueFrom, of } from 'rxjs';
import { TaskExecutionContext } from '../../src/calls/task-call.js';
import { TaskLockInterceptor } from '../../src/calls/task-lock.interceptor.js';
import { FencedTransactions } from '../../src/calls/fenced-transactions.js';
import type { Task } from '../../src/tasks/task.js';
import { replica } from '../support/locks.js';
import { held, won } from '../support/scripted-store.js';
import type { Script } from '../support/scripted-store.js';

const task: Task = {
  definition: { name: 'clean-up' },
  name: 'clean-up',
  declaredName: 'clean-up',
  overlap: 'skip',
  recover: false,
  minHold: 0,
  maxHold: 60_000,
  lease: 60_000,
  tolerance: 1_000,
  attempts: 1,
  expectsRequests: false,
};

/** Calls the interceptor as Nest does, with a handler that says how often it ran. */
async function intercept(claim: NonNullable<Script['claim']>) {
  const { locks, store, events } = replica({ claim });
  const noDataSource = (): never => {
    throw new Error('no transaction is opened here');
  };
  const transactions = new FencedTransactions(noDataSource, store);
  const interceptor = new TaskLockInterceptor(locks, transactions, { released: () => {} }, events);
  const call = { task, tick: { kind: 'call' }, direct: false } as const;
  const decorated = {
    instance: {},
    declaration: { key: 'cleanUp', definition: task.definition },
    method: () => undefined,
    args: [],
  };
  let ran = 0;
  const handler = { handle: () => of(++ran) };
  const answer = await interceptor.intercept(new TaskExecutionContext(call, decorated), handler);
  return { value: await lastValueFrom(answer), ran, releases: store.releases };
}

describe('the interceptor, for whoever calls it as one of Nest', () => {
  test('runs the handler under the lock, and emits its value', async () => {
    const { value, ran, releases } = await intercept([won()]);
    expect([value, ran]).toEqual([1, 1]);
    expect(releases).toMatchObject([{ name: 'clean-up', outcome: 'succeeded' }]);
  });

  test('emits undefined where the call is skipped, and the handler is not called', async () => {
    const { value, ran, releases } = await intercept([held()]);
    expect([value, ran, releases]).toEqual([undefined, 0, []]);
  });
});

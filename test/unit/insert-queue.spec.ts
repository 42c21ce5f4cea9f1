import { describe, expect, test } from '@jest/globals';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';
import { InMemoryRequestStore } from '../../src/store/memory/memory-request-store.js';
import { InsertQueue } from '../../src/requests/insert-queue.js';
import type { NewRequest } from '../../src/store/request-store.js';
import type { WantedSignal } from '../../src/store/wanted-signal.js';
import { FakeClock, settled } from '../support/fake-clock.js';
import { Gate } from '../support/gate.js';

const TIMEOUT = 1_000;

/** A store that notes its inserts, and may hold or refuse them. */
class RecordingStore extends InMemoryRequestStore {
  readonly inserts: string[][] = [];
  /** Whether each insert is still wanted. */
  readonly wanted: (WantedSignal | undefined)[] = [];
  gate?: Gate;
  refuses?: { args: string; error: Error };

  override async add(
    requests: readonly NewRequest[],
    _manager?: unknown,
    wanted?: WantedSignal,
  ): Promise<Date> {
    const { refuses } = this;
    this.wanted.push(wanted);
    this.inserts.push(requests.map(({ args }) => args));
    await this.gate?.opened;
    if (refuses && requests.some(({ args }) => args === refuses.args)) throw refuses.error;
    return super.add(requests);
  }
}

function aQueue() {
  const clock = new FakeClock();
  const store = new RecordingStore(
    () => clock.now(),
    () => false,
  );
  const queue = new InsertQueue(() => store, clock, TIMEOUT);
  const request = (args: string, name = 'task'): NewRequest => ({ name, task: 'task', args, delay: 0 });
  const add = (args: string): Promise<Date> => queue.add(request(args));
  return { clock, store, queue, add, request };
}

describe('the requests of a name', () => {
  test('that gather while an insert is under way go in the next one, in their order', async () => {
    const { store, add } = aQueue();
    store.gate = new Gate();
    const added = Promise.all(['1', '2', '3'].map(add));
    store.gate.open();
    await added;
    expect(store.inserts).toEqual([['1'], ['2', '3']]);
    expect(store.all().map(({ args }) => args)).toEqual(['1', '2', '3']);
  });

  test('are held back by a call that is not decided, and come after it where it becomes one of them', async () => {
    const { store, queue, add, request } = aQueue();
    const letGo = queue.hold('task');
    const later = add('later');
    expect(store.inserts).toEqual([]);
    const call = queue.add(request('call'), true);
    letGo?.();
    await Promise.all([call, later]);
    expect(store.inserts).toEqual([['call', 'later']]);
  });

  test('go on when the call runs; if it comes to nothing after all, it is the newest', async () => {
    const { store, queue, add, request } = aQueue();
    const letGo = queue.hold('task');
    const later = add('later');
    letGo?.();
    await later;
    await queue.add(request('call'), true);
    letGo?.();
    expect(store.inserts).toEqual([['later'], ['call']]);
  });

  test('are not overtaken by a call: it holds nothing back while one is on its way', async () => {
    const { store, queue, add, request } = aQueue();
    store.gate = new Gate();
    const added = add('first');
    expect(queue.hold('task')).toBeUndefined();
    store.gate.open();
    await added;
    await settled();
    const letGo = queue.hold('task');
    expect(letGo).toBeDefined();
    expect(queue.hold('task')).toBeUndefined();
    await queue.add(request('other', 'other'));
    letGo?.();
    expect(queue.hold('task')).toBeDefined();
  });

  test('fail alone where the store refuses one', async () => {
    const { store, add } = aQueue();
    store.gate = new Gate();
    store.refuses = { args: 'wrong', error: new Error('refused') };
    const added = Promise.allSettled(['0', '1', 'wrong', '2'].map(add));
    store.gate.open();
    const outcomes = (await added).map(({ status }) => status);
    expect(outcomes).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(store.all().map(({ args }) => args)).toEqual(['0', '1', '2']);
  });

  test('are given up without an answer, and those that came meanwhile are tried', async () => {
    const { clock, store, add } = aQueue();
    const silence = new Gate();
    store.gate = silence;
    const silent = expect(add('silent')).rejects.toThrow('the database did not answer');
    const later = add('later');
    await clock.advance(TIMEOUT - 1);
    expect(store.inserts).toEqual([['silent']]);
    store.gate = undefined;
    await clock.advance(1);
    await silent;
    await later;
    expect(store.inserts).toEqual([['silent'], ['later']]);
  });

  test('are not wanted any more once they are given up: what waits for a connection is not sent later', async () => {
    const { clock, store, add } = aQueue();
    store.gate = new Gate();
    const given = expect(add('1')).rejects.toThrow('the database did not answer');
    expect(store.wanted).toMatchObject([{ aborted: false }]);
    await clock.advance(TIMEOUT);
    await given;
    expect(store.wanted).toMatchObject([{ aborted: true }]);
  });

  test('are sent again where they certainly were not sent, and are there once', async () => {
    const { clock, store, add } = aQueue();
    store.refuses = { args: '1', error: new LockStoreUnavailableError('connection refused', false) };
    const added = add('1');
    await clock.advance(TIMEOUT / 2);
    expect(store.inserts.length).toBeGreaterThan(2);
    store.refuses = undefined;
    await clock.advance(TIMEOUT / 2);
    await added;
    expect(store.all().map(({ args }) => args)).toEqual(['1']);
  });

  test('are not sent again where they may have been inserted', async () => {
    const { clock, store, add } = aQueue();
    store.refuses = { args: '1', error: new LockStoreUnavailableError('connection reset', true) };
    const added = expect(add('1')).rejects.toThrow('connection reset');
    await clock.advance(TIMEOUT);
    await added;
    expect(store.inserts).toEqual([['1']]);
  });

  test('fail together where the store stays down', async () => {
    const { clock, store, add } = aQueue();
    store.gate = new Gate();
    store.refuses = { args: '2', error: new LockStoreUnavailableError('connection refused', false) };
    const added = Promise.allSettled(['0', '1', '2'].map(add));
    store.gate.open();
    await clock.advance(TIMEOUT);
    expect((await added).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(store.inserts.slice(1).every((insert) => insert.length === 2)).toBe(true);
  });
});

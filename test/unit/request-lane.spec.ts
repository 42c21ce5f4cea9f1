import { describe, expect, test } from '@jest/globals';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';
import { InMemoryRequestStore } from '../../src/store/memory/memory-request-store.js';
import { InsertQueue } from '../../src/requests/insert-queue.js';
import type { NewRequest } from '../../src/store/request-store.js';
import { FakeClock } from '../support/fake-clock.js';
import { Gate } from '../support/gate.js';

const PATIENCE = 1_000;

/** A store that notes its inserts, and may hold or refuse them. */
class RecordingStore extends InMemoryRequestStore {
  readonly inserts: string[][] = [];
  gate?: Gate;
  refuses?: { args: string; error: Error };

  override async add(requests: readonly NewRequest[]): Promise<Date> {
    const { refuses } = this;
    this.inserts.push(requests.map(({ args }) => args));
    await this.gate?.opened;
    if (refuses && requests.some(({ args }) => args === refuses.args)) throw refuses.error;
    return super.add(requests);
  }
}

function aLane() {
  const clock = new FakeClock();
  const store = new RecordingStore(
    () => clock.now(),
    () => false,
  );
  let emptied = 0;
  const lane = new InsertQueue(store, clock, PATIENCE, () => emptied++);
  const request = (args: string): NewRequest => ({ name: 'task', task: 'task', args, delay: 0 });
  const add = (args: string): Promise<Date> => lane.add(request(args));
  return { clock, store, lane, add, request, emptied: () => emptied };
}

describe('the requests of a name', () => {
  test('that gather while an insert is under way go in the next one, in their order', async () => {
    const { store, add, emptied } = aLane();
    store.gate = new Gate();
    const added = Promise.all(['1', '2', '3'].map(add));
    store.gate.open();
    await added;
    expect(store.inserts).toEqual([['1'], ['2', '3']]);
    expect(store.all().map(({ args }) => args)).toEqual(['1', '2', '3']);
    expect(emptied()).toBe(1);
  });

  test('wait for a call that is not decided, and come after it where it becomes one of them', async () => {
    const { store, lane, add, request } = aLane();
    expect(lane.isFree).toBe(true);
    const place = lane.take();
    expect(lane.isFree).toBe(false);
    const later = add('later');
    expect(store.inserts).toEqual([]);
    await Promise.all([place.add(request('call')), later]);
    expect(store.inserts).toEqual([['call', 'later']]);
    place.leave();
    expect(lane.isFree).toBe(true);
  });

  test('go on when the call runs; if it comes to nothing after all, it is the newest', async () => {
    const { store, lane, add, request } = aLane();
    const place = lane.take();
    const later = add('later');
    place.leave();
    await later;
    await place.add(request('call'));
    expect(store.inserts).toEqual([['later'], ['call']]);
  });

  test('fail alone where the store refuses one', async () => {
    const { store, add } = aLane();
    store.gate = new Gate();
    store.refuses = { args: 'wrong', error: new Error('refused') };
    const added = Promise.allSettled(['0', '1', 'wrong', '2'].map(add));
    store.gate.open();
    const outcomes = (await added).map(({ status }) => status);
    expect(outcomes).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(store.all().map(({ args }) => args)).toEqual(['0', '1', '2']);
  });

  test('are given up without an answer, and those that came meanwhile are tried', async () => {
    const { clock, store, add } = aLane();
    const silence = new Gate();
    store.gate = silence;
    const silent = expect(add('silent')).rejects.toThrow('the database did not answer');
    const later = add('later');
    await clock.advance(PATIENCE - 1);
    expect(store.inserts).toEqual([['silent']]);
    store.gate = undefined;
    await clock.advance(1);
    await silent;
    await later;
    expect(store.inserts).toEqual([['silent'], ['later']]);
  });

  test('fail together where the store is down', async () => {
    const { store, add } = aLane();
    store.gate = new Gate();
    store.refuses = { args: '2', error: new LockStoreUnavailableError('connection refused', false) };
    const added = Promise.allSettled(['0', '1', '2'].map(add));
    store.gate.open();
    expect((await added).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(store.inserts).toHaveLength(2);
  });
});

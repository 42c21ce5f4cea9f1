import { describe, expect, test } from '@jest/globals';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';
import { InMemoryRequestStore } from '../../src/store/memory/memory-request-store.js';
import type { WaitingRequests, WaitingSearch } from '../../src/store/request-store.js';
import { RequestPoller } from '../../src/requests/poller.js';
import type { RequestServer } from '../../src/requests/poller.js';
import { FakeClock } from '../support/fake-clock.js';
import { recordingLog } from '../support/locks.js';
import { Gate } from '../support/gate.js';

const POLLING = 5_000;
const MINUTE = 60_000;
const TASKS = ['task', 'other'];

/** A store that counts its looks, and can be down. */
class WatchedStore extends InMemoryRequestStore {
  looks = 0;
  isDown = false;

  override async waiting(search: WaitingSearch): Promise<WaitingRequests[]> {
    this.looks++;
    if (this.isDown) throw new LockStoreUnavailableError('connection refused', false);
    return super.waiting(search);
  }
}

function watching(serve?: RequestServer['serve']) {
  const clock = new FakeClock();
  const store = new WatchedStore(
    () => clock.now(),
    (_, token) => token !== undefined,
  );
  const log = recordingLog();
  const watch = new RequestPoller(store, clock, log, { pollingInterval: POLLING, patience: 1_000 });
  const served: string[] = [];
  const serveAtOnce: RequestServer['serve'] = async ({ name }) => {
    served.push(name);
    await store.pickUp({ name, token: name, attempts: 9 });
    await store.settle({ name, token: name, attempts: 9, outcome: 'succeeded' });
    return { progressed: true };
  };
  const tasks = [...TASKS];
  watch.serveBy({ tasks, serve: serve ?? serveAtOnce, lookForUnknown: async () => {} });
  const add = (name: string, delay = 0, maxDelay?: number) =>
    store.add([{ name, task: name.replace(/ .*/, ''), args: '[]', delay, maxDelay }]);
  return { clock, store, log, watch, served, add, tasks };
}

describe('looking for requests', () => {
  test('costs nothing before a task expects some', async () => {
    const { clock, store, watch } = watching();
    watch.released('task');
    await clock.advance(10 * MINUTE);
    expect(store.looks).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test('is done once a polling interval, spread by a quarter, whatever the tasks are', async () => {
    const { clock, store, watch } = watching();
    for (let nth = 0; nth < 100; nth++) watch.expect(`task ${nth}`);
    await clock.advance(10 * MINUTE);
    const most = (10 * MINUTE) / (0.75 * POLLING) + 1;
    expect(store.looks).toBeLessThanOrEqual(most);
    expect(store.looks).toBeGreaterThanOrEqual((10 * MINUTE) / (1.25 * POLLING) - 1);
  });

  test('finds what a replica that has died has left behind within that time', async () => {
    const { clock, watch, served, add } = watching();
    watch.expect('task');
    await clock.advance(MINUTE);
    await add('task');
    await clock.advance(1.25 * POLLING);
    expect(served).toEqual(['task']);
  });

  test('is done at once where this replica has asked, and once for 10,000 of them', async () => {
    const { clock, store, watch, served, add } = watching();
    watch.expect('task');
    await clock.advance(MINUTE);
    store.looks = 0;
    for (let nth = 0; nth < 10_000; nth++) {
      await add('task');
      watch.requested('task', 0);
    }
    await clock.advance(1);
    expect(served).toEqual(['task']);
    expect(store.looks).toBe(1);
  });

  test('is done when what was asked for here is due, also where later ones have put it off', async () => {
    const { clock, watch, served, add } = watching();
    watch.expect('task');
    await add('task', 2_000, 9_000);
    watch.requested('task', 2_000);
    await clock.advance(1_500);
    // By another replica: this one is told at its look.
    await add('task', 2_000, 9_000);
    await clock.advance(1_999);
    expect(served).toEqual([]);
    await clock.advance(2);
    expect(served).toEqual(['task']);
  });

  test('goes on after the database was down, with one warning for each time', async () => {
    const { clock, store, log, watch, served, add } = watching();
    watch.expect('task');
    await add('task');
    store.isDown = true;
    await clock.advance(MINUTE);
    expect(log.lines.warn).toEqual([
      'Requests cannot be looked for, which is tried again: connection refused',
    ]);
    store.isDown = false;
    await clock.advance(1.25 * POLLING);
    expect(served).toEqual(['task']);
    store.isDown = true;
    await clock.advance(MINUTE);
    expect(log.lines.warn).toHaveLength(2);
  });

  test('has a few runs of a task at once, and keeps no other task waiting', async () => {
    const gate = new Gate();
    const begun: string[] = [];
    const { clock, watch, add } = watching(async ({ name }) => {
      begun.push(name);
      await gate.opened;
      return { progressed: true };
    });
    for (let nth = 0; nth < 20; nth++) await add(`task ${nth}`);
    await add('other');
    watch.requested('task 0', 0);
    await clock.advance(1);
    expect(begun.filter((name) => name !== 'other')).toHaveLength(8);
    expect(begun).toContain('other');
    gate.open();
    await clock.advance(1);
    expect(new Set(begun).size).toBe(21);
  });

  test('costs nothing more for calls that put each other off, and for what is due much later', async () => {
    const { clock, store, watch, add } = watching();
    watch.expect('task');
    await add('task later', 24 * 60 * MINUTE);
    watch.requested('task later', 24 * 60 * MINUTE);
    for (let nth = 0; nth < 100; nth++) {
      watch.expect('task');
      watch.requested('task', 30_000, true);
      await clock.advance(100);
    }
    // Of ten seconds, by polling.
    expect(store.looks).toBeLessThanOrEqual(3);
  });

  test('is done on time for what is due long after the next look', async () => {
    const { clock, watch, served, add } = watching();
    watch.expect('task');
    await add('task', 60_000);
    watch.requested('task', 60_000);
    await clock.advance(59_999);
    expect(served).toEqual([]);
    await clock.advance(25);
    expect(served).toEqual(['task']);
  });

  test('waits until the application has tasks', async () => {
    const { clock, store, watch, served, add, tasks } = watching();
    const known = tasks.splice(0);
    watch.expect('task');
    await add('task');
    watch.requested('task', 0);
    await clock.advance(2_000);
    expect(store.looks).toBe(0);
    tasks.push(...known);
    await clock.advance(1_000);
    expect(served).toEqual(['task']);
  });

  test('gives what comes to nothing a rest that grows, and goes on with the others', async () => {
    const tries: string[] = [];
    const { clock, store, watch, add } = watching(async ({ name }) => {
      tries.push(name);
      return { progressed: false, restFor: name === 'other' ? 30_000 : undefined };
    });
    await add('task');
    await add('other');
    watch.expect('task');
    watch.requested('task', 0);
    await clock.advance(29_000);
    expect(tries.filter((name) => name === 'other')).toHaveLength(1);
    expect(tries.filter((name) => name === 'task').length).toBeLessThan(15);
    expect(store.looks).toBeLessThan(30);
    await clock.advance(10_000);
    expect(tries.filter((name) => name === 'other').length).toBeGreaterThan(1);
  });

  test('comes at the end of a rest, also where more is asked for meanwhile', async () => {
    let isHeld = true;
    const tries: number[] = [];
    const { clock, watch, add } = watching(async () => {
      tries.push(clock.monotonic());
      return isHeld ? { progressed: false, restFor: 2_000 } : { progressed: true };
    });
    await add('task');
    watch.requested('task', 0);
    await clock.advance(1);
    expect(tries).toHaveLength(1);
    await clock.advance(500);
    isHeld = false;
    watch.requested('task', 0);
    await clock.advance(1_498);
    expect(tries).toHaveLength(1);
    await clock.advance(25);
    expect(tries.slice(0, 2)).toEqual([0, 2_000]);
  });

  test('is done on time for one that is due later, also where another is due at once', async () => {
    const { clock, watch, served, add } = watching();
    for (const dueIn of [60_000, 8_000, 0]) {
      await add('task', dueIn);
      watch.requested('task', dueIn);
    }
    await clock.advance(7_999);
    expect(served).toEqual(['task']);
    await clock.advance(25);
    expect(served).toEqual(['task', 'task']);
    await clock.advance(52_000 - 26);
    expect(served).toEqual(['task', 'task']);
    await clock.advance(25);
    expect(served).toEqual(['task', 'task', 'task']);
  });

  test('serves what it found before it asks for unknown tasks', async () => {
    const { clock, store, watch, served, add, tasks } = watching();
    const gate = new Gate();
    watch.serveBy({
      tasks,
      serve: async ({ name }) => {
        served.push(name);
        await store.pickUp({ name, token: name, attempts: 9 });
        await store.settle({ name, token: name, attempts: 9, outcome: 'succeeded' });
        return { progressed: true };
      },
      lookForUnknown: () => gate.opened,
    });
    for (const name of ['task', 'other']) {
      await add(name);
      watch.requested(name, 0);
      await clock.advance(25);
      expect(served).toContain(name);
    }
  });

  test('ends with the application, and leaves no timer', async () => {
    const { clock, store, watch } = watching();
    watch.expect('task');
    watch.requested('task', MINUTE);
    watch.end();
    watch.requested('task', 0);
    await clock.advance(10 * MINUTE);
    expect(store.looks).toBe(0);
    expect(clock.pending).toBe(0);
  });
});

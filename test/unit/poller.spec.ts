import { describe, expect, test } from '@jest/globals';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';
import { InMemoryRequestStore } from '../../src/store/memory/memory-request-store.js';
import type { WaitingRequests, WaitingSearch } from '../../src/store/request-store.js';
import { RequestPoller } from '../../src/requests/poller.js';
import type { PolledRunner } from '../../src/requests/poller.js';
import { FakeClock } from '../support/fake-clock.js';
import { recordingLog } from '../support/locks.js';
import { Gate } from '../support/gate.js';

const POLLING = 5_000;
const MINUTE = 60_000;
const TASKS = ['task', 'other'];

/** A store that counts its polls, and can be down. */
class CountingStore extends InMemoryRequestStore {
  polls = 0;
  isDown = false;

  override async waiting(search: WaitingSearch): Promise<WaitingRequests[]> {
    this.polls++;
    if (this.isDown) throw new LockStoreUnavailableError('connection refused', false);
    return super.waiting(search);
  }
}

function polling(attempt?: PolledRunner['attempt']) {
  const clock = new FakeClock();
  const store = new CountingStore(
    () => clock.now(),
    (_, token) => token !== undefined,
  );
  const log = recordingLog();
  const poller = new RequestPoller({ requests: store }, clock, log, {
    pollingInterval: POLLING,
    timeout: 1_000,
  });
  const served: string[] = [];
  const succeedAtOnce: PolledRunner['attempt'] = async ({ name }) => {
    served.push(name);
    await store.pickUp({ name, token: name, attempts: 9 });
    await store.settle({ name, token: name, attempts: 9, outcome: 'succeeded' });
    return { succeeded: true };
  };
  const tasks = [...TASKS];
  poller.runBy({ tasks, attempt: attempt ?? succeedAtOnce, reportUnknown: async () => {} });
  const add = (name: string, delay = 0, maxDelay?: number) =>
    store.add([{ name, task: name.replace(/ .*/, ''), args: '[]', delay, maxDelay }]);
  return { clock, store, log, poller, served, add, tasks };
}

describe('polling for requests', () => {
  test('costs nothing before a task expects some', async () => {
    const { clock, store, poller } = polling();
    poller.released('task');
    await clock.advance(10 * MINUTE);
    expect(store.polls).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test('is done once a polling interval, spread by a quarter, whatever the tasks are', async () => {
    const { clock, store, poller } = polling();
    for (let nth = 0; nth < 100; nth++) poller.expect(`task ${nth}`);
    await clock.advance(10 * MINUTE);
    const most = (10 * MINUTE) / (0.75 * POLLING) + 1;
    expect(store.polls).toBeLessThanOrEqual(most);
    expect(store.polls).toBeGreaterThanOrEqual((10 * MINUTE) / (1.25 * POLLING) - 1);
  });

  test('does not run requests of a name whose attempt is under way', async () => {
    const gate = new Gate();
    let attempts = 0;
    const { clock, poller, add } = polling(async () => {
      attempts++;
      await gate.opened;
      return { succeeded: true };
    });
    poller.expect('task');
    await add('task');
    await clock.advance(4 * POLLING);
    expect(attempts).toBe(1);
    gate.open();
  });

  test('finds what a replica that has died has left behind within that time', async () => {
    const { clock, poller, served, add } = polling();
    poller.expect('task');
    await clock.advance(MINUTE);
    await add('task');
    await clock.advance(1.25 * POLLING);
    expect(served).toEqual(['task']);
  });

  test('is done at once where this replica has published, and once for 10,000 of them', async () => {
    const { clock, store, poller, served, add } = polling();
    poller.expect('task');
    await clock.advance(MINUTE);
    store.polls = 0;
    for (let nth = 0; nth < 10_000; nth++) {
      await add('task');
      poller.published('task', 0);
    }
    await clock.advance(1);
    expect(served).toEqual(['task']);
    expect(store.polls).toBe(1);
  });

  test('is done at once where a task was resumed, and not before any expects requests', async () => {
    const { clock, store, poller, served, add } = polling();
    poller.resumed();
    await clock.advance(MINUTE);
    expect(store.polls).toBe(0);
    poller.expect('task');
    await clock.advance(MINUTE);
    await add('task');
    poller.resumed();
    await clock.advance(1);
    expect(served).toEqual(['task']);
  });

  test('is done when what was published here is due, also where later ones have put it off', async () => {
    const { clock, poller, served, add } = polling();
    poller.expect('task');
    await add('task', 2_000, 9_000);
    poller.published('task', 2_000);
    await clock.advance(1_500);
    // By another replica: this one learns of it at its poll.
    await add('task', 2_000, 9_000);
    await clock.advance(1_999);
    expect(served).toEqual([]);
    await clock.advance(2);
    expect(served).toEqual(['task']);
  });

  test('goes on after the database was down, with one warning for each time', async () => {
    const { clock, store, log, poller, served, add } = polling();
    poller.expect('task');
    await add('task');
    store.isDown = true;
    await clock.advance(MINUTE);
    expect(log.lines.warn).toEqual([
      'Requests could not be polled for, which is retried: connection refused',
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
    const { clock, store, poller, add } = polling(async ({ name }) => {
      begun.push(name);
      await store.pickUp({ name, token: name, attempts: 9 });
      await gate.opened;
      await store.settle({ name, token: name, attempts: 9, outcome: 'succeeded' });
      return { succeeded: true };
    });
    for (let nth = 0; nth < 20; nth++) await add(`task ${nth}`);
    await add('other');
    poller.published('task 0', 0);
    await clock.advance(1);
    expect(begun.filter((name) => name !== 'other')).toHaveLength(8);
    expect(begun).toContain('other');
    poller.published('task 0', 0);
    await clock.advance(25);
    expect(begun).toHaveLength(9);
    gate.open();
    await clock.advance(1);
    expect(new Set(begun).size).toBe(21);
    expect(begun).toHaveLength(21);
  });

  test('costs nothing more for calls that put each other off, and for what is due much later', async () => {
    const { clock, store, poller, add } = polling();
    poller.expect('task');
    await add('task later', 24 * 60 * MINUTE);
    poller.published('task later', 24 * 60 * MINUTE);
    for (let nth = 0; nth < 100; nth++) {
      poller.expect('task');
      poller.published('task', 30_000, 300_000);
      await clock.advance(100);
    }
    // Of ten seconds, by polling.
    expect(store.polls).toBeLessThanOrEqual(3);
  });

  test('is done on time for what is due long after the next poll', async () => {
    const { clock, poller, served, add } = polling();
    poller.expect('task');
    await add('task', 60_000);
    poller.published('task', 60_000);
    await clock.advance(59_999);
    expect(served).toEqual([]);
    await clock.advance(25);
    expect(served).toEqual(['task']);
  });

  test('waits until the application has tasks', async () => {
    const { clock, store, poller, served, add, tasks } = polling();
    const known = tasks.splice(0);
    poller.expect('task');
    await add('task');
    poller.published('task', 0);
    await clock.advance(2_000);
    expect(store.polls).toBe(0);
    tasks.push(...known);
    await clock.advance(1_000);
    expect(served).toEqual(['task']);
  });

  test('gives what comes to nothing a rest that grows, and goes on with the others', async () => {
    const tries: string[] = [];
    const { clock, store, poller, add } = polling(async ({ name }) => {
      tries.push(name);
      return { succeeded: false, restFor: name === 'other' ? 30_000 : undefined };
    });
    await add('task');
    await add('other');
    poller.expect('task');
    poller.published('task', 0);
    await clock.advance(29_000);
    expect(tries.filter((name) => name === 'other')).toHaveLength(1);
    expect(tries.filter((name) => name === 'task').length).toBeLessThan(15);
    expect(store.polls).toBeLessThan(30);
    await clock.advance(10_000);
    expect(tries.filter((name) => name === 'other').length).toBeGreaterThan(1);
  });

  test('comes at the end of a rest, also where more is published meanwhile', async () => {
    let isHeld = true;
    const tries: number[] = [];
    const { clock, poller, add } = polling(async () => {
      tries.push(clock.monotonic());
      return isHeld ? { succeeded: false, restFor: 2_000 } : { succeeded: true };
    });
    await add('task');
    poller.published('task', 0);
    await clock.advance(1);
    expect(tries).toHaveLength(1);
    await clock.advance(500);
    isHeld = false;
    poller.published('task', 0);
    await clock.advance(1_498);
    expect(tries).toHaveLength(1);
    await clock.advance(25);
    expect(tries.slice(0, 2)).toEqual([0, 2_000]);
  });

  test('is done on time for one that is due later, also where another is due at once', async () => {
    const { clock, poller, served, add } = polling();
    for (const dueIn of [60_000, 8_000, 0]) {
      await add('task', dueIn);
      poller.published('task', dueIn);
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

  test('serves what it found before it polls for unknown tasks', async () => {
    const { clock, store, poller, served, add, tasks } = polling();
    const gate = new Gate();
    poller.runBy({
      tasks,
      attempt: async ({ name }) => {
        served.push(name);
        await store.pickUp({ name, token: name, attempts: 9 });
        await store.settle({ name, token: name, attempts: 9, outcome: 'succeeded' });
        return { succeeded: true };
      },
      reportUnknown: () => gate.opened,
    });
    for (const name of ['task', 'other']) {
      await add(name);
      poller.published(name, 0);
      await clock.advance(25);
      expect(served).toContain(name);
    }
  });

  test('is done again after a run: what another replica has published meanwhile is next', async () => {
    const gate = new Gate();
    let runs = 0;
    const { clock, store, poller, add } = polling(async ({ name }) => {
      await store.pickUp({ name, token: name, attempts: 9 });
      if (++runs === 1) await gate.opened;
      await store.settle({ name, token: name, attempts: 9, outcome: 'succeeded' });
      return { succeeded: true };
    });
    await add('task');
    poller.published('task', 0);
    await clock.advance(1);
    gate.open();
    await clock.advance(1);
    await add('task');
    await clock.advance(25);
    expect(runs).toBe(2);
  });

  test('begins nothing more once the application ends, though runs end later', async () => {
    const gate = new Gate();
    let runs = 0;
    const { clock, poller, add } = polling(async () => {
      runs++;
      await gate.opened;
      return { succeeded: true };
    });
    for (let nth = 0; nth < 20; nth++) await add(`task ${nth}`);
    poller.published('task 0', 0);
    await clock.advance(1);
    poller.end();
    gate.open();
    await clock.advance(MINUTE);
    expect(runs).toBe(8);
  });

  test('ends with the application, and leaves no timer', async () => {
    const { clock, store, poller } = polling();
    poller.expect('task');
    poller.published('task', MINUTE);
    poller.end();
    poller.published('task', 0);
    await clock.advance(10 * MINUTE);
    expect(store.polls).toBe(0);
    expect(clock.pending).toBe(0);
  });
});

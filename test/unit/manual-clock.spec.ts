import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, jest, test } from '@jest/globals';
import { TaskLockUsageError } from '../../src/index.js';
import {
  attachTaskLock,
  InMemoryLockStore,
  ManualClock,
  TaskLockTestingModule,
} from '../../src/testing/index.js';
import { testingOptions } from '../../src/testing/task-lock-testing.module.js';

const START = '2026-01-01T00:00:00Z';

/** Writes down what fires, and when. */
function recorded(clock: ManualClock) {
  const fired: string[] = [];
  const note = (name: string): void => void fired.push(`${name} at ${clock.monotonic()}`);
  const set = (name: string, delay: number, on = clock): (() => void) => on.timer(delay, () => note(name));
  return { fired, note, set };
}

describe('ManualClock', () => {
  test('starts at an instant and stands still until it is moved', async () => {
    const clock = new ManualClock(START);
    expect(new Date(clock.now())).toEqual(new Date(START));
    await setImmediate();
    expect([clock.now(), clock.monotonic()]).toEqual([Date.parse(START), 0]);
    await clock.advance('2m');
    await clock.advance(500);
    expect([clock.now() - Date.parse(START), clock.monotonic()]).toEqual([120_500, 120_500]);
    expect(new ManualClock(new Date(START)).now()).toBe(Date.parse(START));
  });

  test('fires timers in the order of their instants, those of one instant in the order in which they were set', async () => {
    const clock = new ManualClock(START);
    const { fired, set } = recorded(clock);
    set('late', 30);
    set('early', 10);
    set('second', 20);
    set('third', 20);
    set('never', 20)();
    set('beyond', 31);
    await clock.advance(30);
    expect(fired).toEqual(['early at 10', 'second at 20', 'third at 20', 'late at 30']);
  });

  test('fires within the same advance what a timer sets, also after promises and a turn of the event loop', async () => {
    const clock = new ManualClock(START);
    const { fired, note, set } = recorded(clock);
    clock.timer(10, () => {
      set('at once', 0);
      void (async () => {
        for (let turns = 0; turns < 100; turns++) await Promise.resolve();
        await setImmediate();
        set('after a turn', 5);
        await clock.sleep('20ms');
        note('slept');
      })();
    });
    set('meanwhile', 12);
    await clock.advance('1s');
    expect(fired).toEqual(['at once at 11', 'meanwhile at 12', 'after a turn at 15', 'slept at 30']);
  });

  test('lets what was begun before it come first', async () => {
    const clock = new ManualClock(START);
    const { fired, set } = recorded(clock);
    void Promise.resolve().then(() => set('begun', 5));
    set('set', 10);
    await clock.advance(10);
    expect(fired).toEqual(['begun at 5', 'set at 10']);
  });

  test('fires no timer early, and none twice at one instant, as Node', async () => {
    const clock = new ManualClock(START);
    const { fired, set } = recorded(clock);
    set('a fraction', 1.2);
    set('the past', -5);
    await clock.advance(2);
    expect(fired).toEqual(['the past at 1', 'a fraction at 2']);
  });

  test('needs no real time, also where a test runner fakes timers', async () => {
    jest.useFakeTimers();
    try {
      const clock = new ManualClock(START);
      const { fired, set } = recorded(clock);
      set('an hour', 3_600_000);
      await clock.advance('1h');
      expect(fired).toEqual(['an hour at 3600000']);
    } finally {
      jest.useRealTimers();
    }
  });

  test('calls back in the context that set the timer, as Node', async () => {
    const clock = new ManualClock(START);
    const storage = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    storage.run('who set it', () => clock.timer(10, () => seen.push(storage.getStore())));
    await storage.run('who moves it', () => clock.advance(10));
    expect(seen).toEqual(['who set it']);
  });

  test('passes on what a timer throws, and can be moved again', async () => {
    const clock = new ManualClock(START);
    clock.timer(10, () => {
      throw new Error('broken');
    });
    await expect(clock.advance('1s')).rejects.toThrow('broken');
    await clock.advance('1s');
    expect(clock.monotonic()).toBe(1_010);
  });
});

describe('a replica of ManualClock', () => {
  test('shows the same time, whichever of them is moved', async () => {
    const clock = new ManualClock(START);
    const replica = clock.replica();
    await clock.advance('1m');
    await replica.advance('1m');
    expect([clock.now(), replica.now()]).toEqual([Date.parse(START) + 120_000, Date.parse(START) + 120_000]);
    expect(clock.replica().monotonic()).toBe(120_000);
  });

  test('fires nothing while it is paused, and what is overdue in order when it is resumed', async () => {
    const clock = new ManualClock(START);
    const replica = clock.replica();
    const { fired, set } = recorded(clock);
    replica.pause();
    set('its second', 20, replica);
    set('its first', 10, replica);
    set('its future', 60_001, replica);
    set('of another', 30);
    await clock.advance('1m');
    expect(fired).toEqual(['of another at 30']);
    await replica.resume();
    expect(fired.slice(1)).toEqual(['its first at 60000', 'its second at 60000']);
    await clock.advance(1);
    expect(fired.slice(3)).toEqual(['its future at 60001']);
  });

  test('can be paused and resumed by a timer, in the middle of an advance', async () => {
    const clock = new ManualClock(START);
    const replica = clock.replica();
    const { fired, note, set } = recorded(clock);
    clock.timer(5, () => replica.pause());
    clock.timer(15, () => void replica.resume());
    set('overdue', 10, replica);
    set('in time', 20, replica);
    clock.timer(25, () => void clock.advance('1s').catch(() => note('still moving')));
    await clock.advance('1s');
    expect(fired).toEqual(['overdue at 15', 'in time at 20', 'still moving at 25']);
  });

  test('may have a wall clock that is ahead', () => {
    const clock = new ManualClock(START);
    const replica = clock.replica({ ahead: '5s' });
    expect(replica.now() - clock.now()).toBe(5_000);
    expect(replica.monotonic()).toBe(clock.monotonic());
  });
});

test('the store of a replica whose clock is wrong has the right time', () => {
  const clock = new ManualClock(START);
  const { store } = testingOptions({ clock: clock.replica({ ahead: '5s' }) });
  expect((store as InMemoryLockStore).now()).toBe(clock.now());
});

describe('A wrong use of ManualClock', () => {
  const clock = new ManualClock(START);

  test.each([
    ['yesterday', "new ManualClock('yesterday') cannot be read"],
    ['2026-01-01T00:00:00', "write an instant with its offset, like '2026-01-01T00:00:00Z'"],
    [new Date(NaN), "new ManualClock('Invalid Date') cannot be read"],
  ])('is refused: it starts at %s', (start, message) => {
    expect(() => new ManualClock(start)).toThrow(TaskLockUsageError);
    expect(() => new ManualClock(start)).toThrow(message);
  });

  test.each([
    ['-5s', "ManualClock.advance(): '-5s' is not a length of time: write it like '500ms', '30s'"],
    [-5, 'ManualClock.advance(): -5 is not a length of time: it must be 0 or more'],
    ['90', "ManualClock.advance(): '90' carries no unit: write '90s' for seconds"],
  ])('is refused: it advances by %s', async (duration, message) => {
    await expect(clock.advance(duration)).rejects.toThrow(TaskLockUsageError);
    await expect(clock.advance(duration)).rejects.toThrow(message);
  });

  test('is refused: another length that cannot be read', () => {
    expect(() => clock.replica({ ahead: '-5s' })).toThrow(
      "ManualClock.replica(), option ahead: '-5s' is not",
    );
    expect(() => clock.sleep('soon')).toThrow("ManualClock.sleep(): 'soon' is not a length of time");
  });

  test('is refused: it is moved while it moves, by any of its replicas', async () => {
    const moving = clock.advance('1m');
    await expect(clock.replica().advance('1s')).rejects.toThrow(
      'ManualClock.advance() was called while another one moves the clock: await each before the next. A method ' +
        "that a tick runs waits by `await clock.sleep('10m')`.",
    );
    await moving;
    expect(clock.monotonic()).toBe(60_000);
  });

  test.each([
    ['the machine', new InMemoryLockStore()],
    ['a test, which stands still', new InMemoryLockStore(() => Date.parse(START))],
    ['another ManualClock', new InMemoryLockStore(() => other.now())],
  ])('is refused: a store by the clock of %s', (_, store) => {
    const message =
      ', option store: it does not tell the time by `clock`, so that its leases would not follow it. Write store: ' +
      'new InMemoryLockStore(() => clock.now()), or leave it out.';
    const options = { clock, store };
    expect(() => TaskLockTestingModule.forRoot(options)).toThrow(`TaskLockTestingModule.forRoot()${message}`);
    expect(() => attachTaskLock({}, options)).toThrow(`attachTaskLock()${message}`);
  });

  test('is none: a store by the clock of another replica, or one that is wrong by a constant', () => {
    for (const now of [() => clock.now(), () => clock.now() + 5_000]) {
      const options = { clock: clock.replica(), store: new InMemoryLockStore(now) };
      expect(TaskLockTestingModule.forRoot(options)).toBeDefined();
    }
    expect(clock.monotonic()).toBe(60_000);
  });
});

const other = new ManualClock(START);

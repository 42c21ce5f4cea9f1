import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { elapsedSince, instantOf, SystemLockClock } from '../../src/common/clock.js';
import { pause } from '../../src/common/timeouts.js';
import { FakeClock } from '../support/fake-clock.js';
import { watch } from '../support/locks.js';

const DAY = 86_400_000;

describe('the clock of this machine', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: 1_000_000 });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('has the wall clock, and one that nobody can set', () => {
    const clock = new SystemLockClock();
    const before = instantOf(clock);
    expect(before.wall).toBe(1_000_000);
    jest.advanceTimersByTime(500);
    jest.setSystemTime(0);
    const after = instantOf(clock);
    expect(after.wall).toBe(0);
    expect(after.monotonic - before.monotonic).toBe(500);
  });

  test('a timer calls back once, after its delay', () => {
    const callback = jest.fn();
    new SystemLockClock().timer(1_000, callback);
    jest.advanceTimersByTime(999);
    expect(callback).not.toHaveBeenCalled();
    jest.advanceTimersByTime(10_000);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  test('a delay of no time, or less, calls back at once but not before it is set', () => {
    const callback = jest.fn();
    new SystemLockClock().timer(-5, callback);
    expect(callback).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  test('a cancelled timer does not call back', () => {
    const callback = jest.fn();
    const cancel = new SystemLockClock().timer(1_000, callback);
    cancel();
    jest.advanceTimersByTime(10_000);
    expect(callback).not.toHaveBeenCalled();
  });

  test('a delay that is too long for setTimeout does not fire at once', () => {
    const callback = jest.fn();
    new SystemLockClock().timer(60 * DAY, callback);
    jest.advanceTimersByTime(60 * DAY - 1);
    expect(callback).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  test('a long timer can be cancelled in any of its parts', () => {
    const callback = jest.fn();
    const cancel = new SystemLockClock().timer(60 * DAY, callback);
    jest.advanceTimersByTime(40 * DAY);
    cancel();
    jest.advanceTimersByTime(40 * DAY);
    expect(callback).not.toHaveBeenCalled();
    expect(jest.getTimerCount()).toBe(0);
  });

  test.each([
    [undefined, false],
    [false, false],
    [true, true],
  ])('with keepAlive %s, a timer keeps the process alive: %s', (keepAlive, expected) => {
    const set = jest.spyOn(globalThis, 'setTimeout');
    new SystemLockClock().timer(60 * DAY, () => {}, keepAlive);
    jest.advanceTimersByTime(30 * DAY);
    const handles = set.mock.results.map(({ value }) => value as NodeJS.Timeout);
    expect(handles.map((handle) => handle.hasRef())).toEqual([expected, expected]);
  });
});

describe('the time that has passed', () => {
  test('is that of the clock that moved further: a wall clock can be set back', () => {
    const clock = new FakeClock();
    const start = instantOf(clock);
    clock.stopProcess(10_000);
    clock.setWall(-3_600_000);
    expect(elapsedSince(clock, start)).toBe(10_000);
  });

  test('is that of the clock that moved further: a suspended machine stops the monotonic one', () => {
    const clock = new FakeClock();
    const start = instantOf(clock);
    clock.suspend(3_600_000);
    expect(elapsedSince(clock, start)).toBe(3_600_000);
  });
});

describe('a pause', () => {
  test('ends after its delay', async () => {
    const clock = new FakeClock();
    const paused = watch(pause(clock, 1_000));
    await clock.advance(999);
    expect(paused.isSettled).toBe(false);
    await clock.advance(1);
    expect(paused.isSettled).toBe(true);
  });

  test('ends as soon as its signal aborts, and leaves no timer behind', async () => {
    const clock = new FakeClock();
    const enough = new AbortController();
    const paused = watch(pause(clock, 1_000, enough.signal));
    enough.abort();
    await clock.advance(0);
    expect(paused.isSettled).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test('does not begin where its signal has aborted already', async () => {
    const clock = new FakeClock();
    await pause(clock, 1_000, AbortSignal.abort());
    expect(clock.pending).toBe(0);
  });

  test('leaves no listener on its signal: one signal sees many pauses', async () => {
    const clock = new FakeClock();
    const { signal } = new AbortController();
    const added = jest.spyOn(signal, 'addEventListener');
    const removed = jest.spyOn(signal, 'removeEventListener');
    const paused = pause(clock, 1_000, signal);
    await clock.advance(1_000);
    await paused;
    expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
      added.mock.calls.map(([, listener]) => listener),
    );
  });
});

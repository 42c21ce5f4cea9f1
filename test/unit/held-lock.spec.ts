import { beforeEach, describe, expect, test } from '@jest/globals';
import { HeldLock } from '../../src/lock/held-lock.js';
import { instantOf } from '../../src/common/clock.js';
import { TaskLockLostError } from '../../src/lock/errors.js';
import { FakeClock } from '../support/fake-clock.js';
import { TICK } from '../support/scripted-store.js';

const MAX_HOLD = 60_000;

let clock: FakeClock;
let losses: TaskLockLostError[];
let lock: HeldLock;
const ignore = (): void => {};
let cancels: TaskLockLostError[];
const listener = {
  lost: (error: TaskLockLostError) => void losses.push(error),
  cancelled: (error: TaskLockLostError) => void cancels.push(error),
  renewalFailed: ignore,
  lasts: ignore,
};

/** A run of the task. */
function aRun() {
  const name = 'clean-up';
  return {
    name,
    task: name,
    trigger: 'tick' as const,
    token: 'token',
    fence: 7n,
    startedAt: TICK,
    recovering: false,
  };
}

function takeLock(): HeldLock {
  const state = { ...aRun(), sentAt: instantOf(clock) };
  return new HeldLock({ ...state, lease: MAX_HOLD, maxHold: MAX_HOLD }, clock, listener);
}

beforeEach(() => {
  clock = new FakeClock();
  losses = [];
  cancels = [];
  lock = takeLock();
});

function lossOf(check: () => void): TaskLockLostError {
  try {
    check();
  } catch (error) {
    if (error instanceof TaskLockLostError) return error;
    throw error;
  }
  throw new Error('the lock is still held');
}

describe('a lock within its maximum hold', () => {
  test('is held, and says so', async () => {
    await clock.advance(MAX_HOLD - 1);
    expect(lock.isHeld()).toBe(true);
    expect(() => lock.assertHeld()).not.toThrow();
    expect(lock.signal.aborted).toBe(false);
    expect(losses).toEqual([]);
  });
});

describe('when the maximum hold passes', () => {
  test('the signal aborts with the reason, and the loss is told once', async () => {
    await clock.advance(MAX_HOLD);
    expect(lock.signal.aborted).toBe(true);
    expect(lock.signal.reason).toBeInstanceOf(TaskLockLostError);
    expect(losses).toEqual([lock.signal.reason]);
    expect(losses[0]).toMatchObject({ name: 'TaskLockLostError', task: 'clean-up', reason: 'maximum hold' });
    expect(losses[0]!.message).toMatch(/has not ended within its maximum hold of 60000 ms/);
    expect(losses[0]!.message).toMatch(/Raise maxHold, or split the work/);
    expect(lock.isHeld()).toBe(false);
    expect(lossOf(() => lock.assertHeld())).toBe(losses[0]);
  });

  test('it counts from when the claim was sent, and not from when the answer came', async () => {
    const sentAt = instantOf(clock);
    await clock.advance(4_000);
    const state = { ...aRun(), sentAt };
    const late = new HeldLock({ ...state, lease: MAX_HOLD, maxHold: MAX_HOLD }, clock, {
      ...listener,
      lost: ignore,
    });
    await clock.advance(MAX_HOLD - 4_000 - 1);
    expect(late.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(late.signal.aborted).toBe(true);
  });
});

describe('before any timer of a process that was stopped has fired', () => {
  test('assertHeld reads the clocks, throws, and aborts the signal', () => {
    clock.stopProcess(MAX_HOLD);
    expect(lock.signal.aborted).toBe(false);
    expect(lock.isHeld()).toBe(false);
    expect(lossOf(() => lock.assertHeld()).reason).toBe('maximum hold');
    expect(lock.signal.aborted).toBe(true);
    expect(losses).toHaveLength(1);
  });

  test('a machine that was suspended is seen by the wall clock', () => {
    clock.suspend(MAX_HOLD);
    expect(lock.isHeld()).toBe(false);
    expect(() => lock.assertHeld()).toThrow(TaskLockLostError);
  });

  test('a wall clock that was set back does not lengthen the hold', () => {
    clock.stopProcess(MAX_HOLD);
    clock.setWall(-3_600_000);
    expect(lock.isHeld()).toBe(false);
    expect(() => lock.assertHeld()).toThrow(TaskLockLostError);
  });
});

describe('when a shutdown runs out of patience', () => {
  test('the signal aborts with that reason', () => {
    lock.lose('shutdown');
    expect(lock.signal.reason).toMatchObject({ reason: 'shutdown', task: 'clean-up' });
    expect(lossOf(() => lock.assertHeld()).message).toMatch(
      /is shutting down .* the task "clean-up": stop now/,
    );
  });

  test('the first loss is the one that counts, and leaves no timer', async () => {
    lock.lose('shutdown');
    expect(clock.pending).toBe(0);
    lock.lose('maximum hold');
    await clock.advance(MAX_HOLD);
    expect(losses.map(({ reason }) => reason)).toEqual(['shutdown']);
  });
});

describe('when an operator cancels the run', () => {
  const cancellation = { by: 'ann', reason: 'it sends the wrong mails' };

  test('the signal aborts once, and says who did it and why', () => {
    const heard: unknown[] = [];
    lock.signal.addEventListener('abort', () => heard.push(lock.signal.reason));
    lock.cancel(cancellation);
    lock.cancel({ by: 'bob' });
    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatchObject({ name: 'TaskLockLostError', task: 'clean-up', reason: 'cancelled' });
    expect(String(heard[0])).toContain(
      'The run of the task "clean-up" was cancelled by ann, "it sends the wrong mails": stop now. It keeps its lock ' +
        'until the method settles.',
    );
    expect(cancels).toEqual(heard);
  });

  test('code that reads the signal later finds it aborted', () => {
    lock.cancel({ by: 'ann' });
    expect(lock.signal.reason).toMatchObject({ reason: 'cancelled' });
    expect(String(lock.signal.reason)).toContain('was cancelled by ann: stop now');
  });

  test('assertHeld throws the same, and the lock is held all the same: nothing is lost', async () => {
    lock.cancel(cancellation);
    expect(lossOf(() => lock.assertHeld())).toBe(lock.signal.reason);
    expect(lock.isHeld()).toBe(true);
    expect(losses).toEqual([]);
    await clock.advance(MAX_HOLD - 1);
    expect(lock.isHeld()).toBe(true);
  });

  test('its lock is lost at the maximum hold like any other, and the signal keeps its reason', async () => {
    lock.cancel(cancellation);
    await clock.advance(MAX_HOLD);
    expect(lock.isHeld()).toBe(false);
    expect(lossOf(() => lock.assertHeld()).reason).toBe('maximum hold');
    expect(lock.signal.reason).toMatchObject({ reason: 'cancelled' });
    expect(losses.map(({ reason }) => reason)).toEqual(['maximum hold']);
  });

  test('too late, after its end or its loss, nothing happens', () => {
    const other = takeLock();
    other.lose('taken');
    other.cancel(cancellation);
    lock.settle();
    lock.cancel(cancellation);
    expect(cancels).toEqual([]);
    expect(other.isCancelled || lock.isCancelled).toBe(false);
    expect(other.signal.reason).toMatchObject({ reason: 'taken' });
  });
});

describe('when the run is over', () => {
  beforeEach(() => {
    lock.settle();
  });

  test('nothing is watched any more: no timer, no loss, no abort', async () => {
    expect(clock.pending).toBe(0);
    await clock.advance(2 * MAX_HOLD);
    expect(losses).toEqual([]);
    expect(lock.signal.aborted).toBe(false);
  });

  test('work that the method left behind holds the lock no longer', async () => {
    expect(lock.isHeld()).toBe(false);
    const loss = lossOf(() => lock.assertHeld());
    expect(loss).toMatchObject({ task: 'clean-up', reason: 'released' });
    expect(loss.message).toBe(
      'The run of the task "clean-up" is over and its lock released: await all of its work inside the method.',
    );
    await clock.advance(2 * MAX_HOLD);
    expect(lossOf(() => lock.assertHeld()).reason).toBe('released');
    expect(losses).toEqual([]);
  });
});

test('a run that lost its lock before it was over keeps that reason', async () => {
  await clock.advance(MAX_HOLD);
  lock.settle();
  expect(lossOf(() => lock.assertHeld()).reason).toBe('maximum hold');
});

test('a run that is over loses nothing any more, and reports nothing', () => {
  lock.settle();
  lock.lose('taken');
  expect(losses).toEqual([]);
});

import { describe, expect, test } from '@jest/globals';
import type { TaskLockLostError } from '../../src/lock/errors.js';
import { aTick, CLAIM_TIMEOUT, MINUTE, replica, watch, wonLock } from '../support/locks.js';
import { answerLost, Later, lost, notSent, renewed } from '../support/scripted-store.js';
import type { Script } from '../support/scripted-store.js';
import type { RenewAnswer } from '../../src/store/lock-store.js';

const LEASE = MINUTE;
const task = { ...aTick, lease: LEASE, maxHold: 5 * MINUTE };
const busyRow: RenewAnswer = { status: 'busy' };

async function running(script: Script = {}) {
  const { locks, store, clock, log } = replica(script);
  const lock = await wonLock(locks.claim(task));
  const reason = (): string | undefined => (lock.signal.reason as TaskLockLostError | undefined)?.reason;
  return { locks, store, clock, log, lock, reason };
}

describe('a run under its lease', () => {
  test('costs no query when it ends before the first renewal', async () => {
    const { locks, store, clock, lock } = await running();
    await clock.advance(LEASE / 3 - 1);
    await locks.release(lock, 'succeeded');
    await clock.advance(10 * LEASE);
    expect(store.renewals).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('renews at each third of it, with its token, and holds on', async () => {
    const { store, clock, lock } = await running();
    await clock.advance(LEASE / 3);
    expect(store.renewals).toEqual([
      { name: 'clean-up', token: lock.state.token, lease: LEASE, maxHold: 5 * MINUTE },
    ]);
    await clock.advance(3 * MINUTE);
    expect(store.renewals).toHaveLength(10);
    expect(lock.isHeld()).toBe(true);
  });

  test('stops renewing at the maximum hold, which ends the lock', async () => {
    const { store, clock, lock, reason } = await running();
    await clock.advance(5 * MINUTE - 1);
    expect(lock.isHeld()).toBe(true);
    await clock.advance(1);
    expect(reason()).toBe('maximum hold');
    const renewals = store.renewals.length;
    await clock.advance(5 * MINUTE);
    expect(store.renewals).toHaveLength(renewals);
  });

  test('renews also where the lease reaches to the maximum hold: it would not hear that it is cancelled', async () => {
    const { locks, store, clock } = replica();
    await wonLock(locks.claim({ ...task, lease: 5 * MINUTE }));
    await clock.advance(5 * MINUTE - 1);
    expect(store.renewals).toHaveLength(2);
    await clock.advance(5 * MINUTE);
    expect(store.renewals).toHaveLength(2);
  });
});

describe('a renewal', () => {
  test('that failed, or met a locked row, is repeated and is no loss', async () => {
    const renew = [answerLost(), busyRow, notSent(), new Error('a syntax error'), renewed];
    const { store, clock, lock } = await running({ renew });
    await clock.advance(LEASE / 3 + 2_000);
    expect(store.renewals).toHaveLength(5);
    await clock.advance(LEASE - 4_000);
    expect(lock.isHeld()).toBe(true);
  });

  test('holds from when it was sent, and not from when its answer came', async () => {
    const answer = new Later<RenewAnswer>();
    const { clock, lock } = await running({ renew: [answer.promise, new Later<RenewAnswer>().promise] });
    await clock.advance(LEASE / 3);
    await clock.advance(4_000);
    answer.resolve(renewed);
    await clock.advance(LEASE - 4_000 - 1);
    expect(lock.isHeld()).toBe(true);
    await clock.advance(1);
    expect(lock.isHeld()).toBe(false);
  });

  test('that matches no row is a loss: the signal aborts at once and says why', async () => {
    const { clock, lock, reason, log, store } = await running({ renew: [lost] });
    await clock.advance(LEASE / 3);
    expect(reason()).toBe('taken');
    expect(log.lines.error[0]).toMatch(/is no longer this run's in the database/);
    expect(() => lock.assertHeld()).toThrow('Another replica may run the task');
    await clock.advance(5 * MINUTE);
    expect(store.renewals).toHaveLength(1);
  });

  test('without an answer loses the lock at the local deadline, a lease after the claim was sent', async () => {
    const { clock, lock, reason } = await running({ renew: [notSent()] });
    await clock.advance(LEASE - 1);
    expect(lock.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(reason()).toBe('lease');
  });

  test('that hangs is sent again, and counts from when it was sent', async () => {
    const hangs = new Later<RenewAnswer>();
    const { store, clock, reason } = await running({ renew: [hangs.promise, renewed, notSent()] });
    await clock.advance(LEASE / 3 + 6_000);
    expect(store.renewals).toHaveLength(2);
    await clock.advance(LEASE - 2_000);
    expect(reason()).toBeUndefined();
    await clock.advance(2_000);
    expect(reason()).toBe('lease');
  });

  test('that hangs leaves time for another one, also where the lease is no longer than the claim timeout', async () => {
    const { locks, clock } = replica({ renew: [new Later<RenewAnswer>().promise, renewed] });
    const lock = await wonLock(locks.claim({ ...task, lease: CLAIM_TIMEOUT }));
    await clock.advance(CLAIM_TIMEOUT);
    expect(lock.isHeld()).toBe(true);
  });

  test('that is refused is told where the lease ends over it', async () => {
    const { clock, lock } = await running({ renew: [new Error('permission denied for table task_lock')] });
    await clock.advance(LEASE);
    expect(String(lock.signal.reason)).toMatch(
      /The last renewal failed: permission denied for table task_lock$/,
    );
  });

  test('that wakes up from a suspension past the lease ends the lock, and is not sent', async () => {
    const { store, clock, reason } = await running();
    clock.suspend(LEASE);
    await clock.advance(LEASE / 3);
    expect(reason()).toBe('lease');
    expect(store.renewals).toEqual([]);
  });

  test('under way is settled before the release is sent', async () => {
    const slow = new Later<RenewAnswer>();
    const { locks, store, clock, lock } = await running({ renew: [slow.promise] });
    await clock.advance(LEASE / 3);
    const released = watch(locks.release(lock, 'succeeded'));
    await clock.advance(0);
    expect(store.releases).toEqual([]);
    slow.resolve(renewed);
    await clock.advance(0);
    expect(store.releases).toHaveLength(1);
    expect(released.isSettled).toBe(true);
  });

  test('is not sent any more by a run that a shutdown has aborted', async () => {
    const { locks, store, clock, reason } = await running();
    void locks.stop(1_000);
    await clock.advance(1_000);
    expect(reason()).toBe('shutdown');
    await clock.advance(5 * MINUTE);
    expect(store.renewals).toEqual([]);
  });
});

describe('a cancel', () => {
  const cancelled: RenewAnswer = { ...renewed, cancelled: { by: 'ann', reason: 'wrong mails' } };

  test('comes with a renewal: the signal aborts, and the run keeps and renews its lock', async () => {
    const { locks, store, clock, lock, reason, log } = await running({ renew: [renewed, cancelled] });
    await clock.advance(LEASE / 3);
    expect(reason()).toBeUndefined();
    await clock.advance(LEASE / 3);
    expect(reason()).toBe('cancelled');
    expect(() => lock.assertHeld()).toThrow('was cancelled by ann, "wrong mails"');
    await clock.advance(2 * MINUTE);
    expect(store.renewals).toHaveLength(8);
    expect(lock.isHeld()).toBe(true);
    expect(await locks.claim({ ...task, waitTimeout: 0 })).toMatchObject({ reason: 'held' });
    expect(store.claims).toHaveLength(1);
    expect(log.lines.error).toEqual([]);
    expect(log.lines.warn.filter((line) => line.includes('cancelled'))).toHaveLength(1);
  });

  test('moves the lease like any renewal', async () => {
    const { clock, lock } = await running({ renew: [cancelled, notSent()] });
    await clock.advance(LEASE / 3 + LEASE - 1);
    expect(lock.isHeld()).toBe(true);
    await clock.advance(1);
    expect(lock.isHeld()).toBe(false);
  });

  test('ends with the maximum hold where the method does not heed it', async () => {
    const { store, clock, lock, log } = await running({ renew: [cancelled] });
    await clock.advance(5 * MINUTE - 1);
    expect(lock.isHeld()).toBe(true);
    await clock.advance(1);
    expect(lock.isHeld()).toBe(false);
    expect(log.lines.error[0]).toMatch(/has not ended within its maximum hold/);
    const renewals = store.renewals.length;
    await clock.advance(5 * MINUTE);
    expect(store.renewals).toHaveLength(renewals);
  });

  test.each([
    ['rejects', 'failed', 'cancelled'],
    ['resolves all the same', 'succeeded', 'succeeded'],
    ['did not begin', 'returned', 'returned'],
  ] as const)('of a run whose method %s', async (_, outcome, recorded) => {
    const { locks, store, clock, lock } = await running({ renew: [cancelled] });
    await clock.advance(LEASE / 3);
    await locks.release(lock, outcome, 'AbortError');
    expect(store.releases).toEqual([expect.objectContaining({ outcome: recorded })]);
  });

  test('is final: a shutdown that aborts the run afterwards leaves its tick to nobody', async () => {
    const { locks, store, clock, lock } = await running({ renew: [cancelled] });
    await clock.advance(LEASE / 3);
    void locks.stop(1_000);
    await clock.advance(1_000);
    await locks.release(lock, 'failed');
    expect(store.releases[0]!.outcome).toBe('cancelled');
  });
});

describe('extending by hand', () => {
  test('does not put off the next renewal: a cancel is heard within a third of a lease', async () => {
    const { locks, store, clock, lock, reason } = await running({
      renew: [renewed, renewed, { ...renewed, cancelled: { by: 'ann' } }],
    });
    await locks.extend(lock, 4 * MINUTE);
    await clock.advance(LEASE / 3);
    expect(store.renewals).toHaveLength(2);
    await clock.advance(LEASE / 3);
    expect(reason()).toBe('cancelled');
    await expect(locks.extend(lock, MINUTE)).rejects.toMatchObject({ reason: 'cancelled' });
  });

  test('moves the deadline at once, and renewals do not move it back', async () => {
    const { locks, store, clock, lock } = await running({ renew: [renewed, notSent()] });
    await locks.extend(lock, 3 * MINUTE);
    expect(store.renewals[0]).toMatchObject({ lease: 3 * MINUTE, maxHold: 5 * MINUTE });
    await clock.advance(3 * MINUTE - 1);
    expect(lock.isHeld()).toBe(true);
    await clock.advance(1);
    expect(lock.isHeld()).toBe(false);
  });

  test('never reaches past the maximum hold', async () => {
    const { locks, clock, lock, reason } = await running();
    await locks.extend(lock, 60 * MINUTE);
    await clock.advance(5 * MINUTE);
    expect(reason()).toBe('maximum hold');
  });

  test('by next to nothing leaves the database its time to answer', async () => {
    const answer = new Later<RenewAnswer>();
    const { locks, store, clock, lock } = await running({ renew: [answer.promise] });
    const extended = locks.extend(lock, 10);
    await clock.advance(1_000);
    expect(store.renewals).toHaveLength(1);
    answer.resolve(renewed);
    await extended;
    expect(lock.isHeld()).toBe(true);
  });

  test('throws where the lock is lost', async () => {
    const { locks, lock } = await running({ renew: [lost] });
    await expect(locks.extend(lock, MINUTE)).rejects.toMatchObject({
      name: 'TaskLockLostError',
      reason: 'taken',
    });
    await expect(locks.extend(lock, MINUTE)).rejects.toMatchObject({ reason: 'taken' });
  });
});

import { describe, expect, test } from '@jest/globals';
import type { ClaimAnswer, ReleaseAnswer } from '../../src/store/lock-store.js';
import { SHORTEST_TIMER } from '../support/fake-clock.js';
import { aTick, CLAIM_TIMEOUT, MINUTE, replica, watch, wonLock } from '../support/locks.js';
import { answerLost, busy, early, Later, notSent, won } from '../support/scripted-store.js';

const TIMEOUT = 25_000;
const stopped = { status: 'skipped', reason: 'stopping' };

describe('a claim that was given up', () => {
  test('goes back at once, tick included, since it may have won, and again where it wins later', async () => {
    const answer = new Later<ClaimAnswer>();
    const { locks, store, clock } = replica({ claim: [answer.promise] });
    const claiming = watch(locks.claim(aTick));
    await clock.advance(CLAIM_TIMEOUT);
    expect(claiming.value).toMatchObject({ reason: 'unavailable' });
    const returned = {
      name: 'clean-up',
      token: store.claims[0]!.token,
      tick: 'scheduled',
      minHold: 54_000,
      stepBack: 54_000,
      durable: false,
      outcome: 'returned',
    };
    expect(store.releases).toEqual([returned]);
    answer.resolve(won());
    await clock.advance(0);
    // Two asks had gone out, and each says that it has won.
    expect(store.releases).toEqual([returned, returned, returned]);
  });

  test('and whose connection broke after it was sent goes back by its token', async () => {
    const { locks, store, clock } = replica({ claim: [answerLost(), notSent()] });
    void locks.claim(aTick);
    await clock.advance(CLAIM_TIMEOUT + SHORTEST_TIMER);
    expect(store.releases).toMatchObject([{ outcome: 'returned', token: store.claims[0]!.token }]);
  });

  test('goes back also where the database answers only later, but no longer than its lease', async () => {
    const { locks, store, clock, log } = replica({ claim: [answerLost()], release: [notSent()] });
    void locks.claim(aTick);
    await clock.advance(CLAIM_TIMEOUT + 1_000);
    expect(store.releases.length).toBeGreaterThan(2);
    expect(log.lines.error).toContain(
      'The return of an unused claim of "clean-up" failed, it is repeated until the lease ends: connection refused',
    );
    await clock.advance(5 * MINUTE);
    const tries = store.releases.length;
    await clock.advance(5 * MINUTE);
    expect(store.releases).toHaveLength(tries);
  });
});

describe('a shutdown', () => {
  test('with nothing to do is over at once', async () => {
    const { locks, clock } = replica();
    await locks.stop(TIMEOUT);
    expect(clock.pending).toBe(0);
  });

  test('lets no new claim begin', async () => {
    const { locks, store } = replica();
    await locks.stop(TIMEOUT);
    expect(await locks.claim(aTick)).toEqual(stopped);
    expect(store.claims).toEqual([]);
  });

  test('ends claims that are repeated, and those that wait for their tick', async () => {
    for (const answer of [busy, early(MINUTE), notSent()]) {
      const { locks, store, clock, log } = replica({ claim: [answer] });
      const claiming = watch(locks.claim(aTick));
      await clock.advance(20);
      const stopping = watch(locks.stop(TIMEOUT));
      await clock.advance(0);
      expect(claiming.value).toEqual(stopped);
      expect(stopping.isSettled).toBe(true);
      const asks = store.claims.length;
      await clock.advance(2 * MINUTE);
      expect(store.claims).toHaveLength(asks);
      expect(log.lines.error).toEqual([]);
    }
  });

  test('between the claim and its answer gives back what was won, and waits for that', async () => {
    const answer = new Later<ClaimAnswer>();
    const returned = new Later<ReleaseAnswer>();
    const gone: ReleaseAnswer = { status: 'gone' };
    const { locks, store, clock } = replica({ claim: [answer.promise], release: [gone, returned.promise] });
    const claiming = watch(locks.claim(aTick));
    await clock.advance(5);
    const stopping = watch(locks.stop(TIMEOUT));
    await clock.advance(20);
    expect(claiming.value).toEqual(stopped);
    // The data source is closed after this: the answer must still be able to go back.
    expect(stopping.isSettled).toBe(false);
    answer.resolve(won());
    await clock.advance(20);
    const returnedClaim = { outcome: 'returned', token: store.claims[0]!.token };
    expect(store.releases).toMatchObject([returnedClaim, returnedClaim]);
    expect(stopping.isSettled).toBe(false);
    returned.resolve({ status: 'released' });
    await clock.advance(0);
    expect(stopping.isSettled).toBe(true);
  });

  test('between a lost answer and the next ask gives back what may have been won', async () => {
    const { locks, store, clock } = replica({ claim: [answerLost()] });
    void locks.claim(aTick);
    await clock.advance(0);
    await locks.stop(TIMEOUT);
    expect(store.releases).toMatchObject([{ outcome: 'returned' }]);
  });

  test('does not wait longer than its timeout for an answer that never comes', async () => {
    const { locks, clock } = replica({ claim: [new Later<ClaimAnswer>().promise] });
    void locks.claim(aTick);
    const stopping = watch(locks.stop(TIMEOUT));
    await clock.advance(TIMEOUT + 1_000);
    expect(stopping.isSettled).toBe(true);
  });
});

describe('a shutdown while a task runs', () => {
  test('waits until it has ended and its lock is released', async () => {
    const answer = new Later<ReleaseAnswer>();
    const { locks, clock } = replica({ release: [answer.promise] });
    const lock = await wonLock(locks.claim(aTick));
    const stopping = watch(locks.stop(TIMEOUT));
    await clock.advance(10_000);
    expect(lock.signal.aborted).toBe(false);
    void locks.release(lock, 'succeeded');
    await clock.advance(100);
    expect(stopping.isSettled).toBe(false);
    answer.resolve({ status: 'released' });
    await clock.advance(0);
    expect(stopping.isSettled).toBe(true);
    expect(lock.signal.aborted).toBe(false);
    expect(clock.pending).toBe(0);
  });

  test('aborts it when its patience ends, and gives it a moment to settle', async () => {
    const { locks, store, clock } = replica();
    const lock = await wonLock(locks.claim(aTick));
    const stopping = watch(locks.stop(TIMEOUT));
    await clock.advance(TIMEOUT - 1);
    expect(lock.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(lock.signal.reason).toMatchObject({ reason: 'shutdown' });
    expect(stopping.isSettled).toBe(false);
    await locks.release(lock, 'failed', 'TaskLockLostError');
    await clock.advance(0);
    expect(stopping.isSettled).toBe(true);
    expect(store.releases).toMatchObject([{ outcome: 'aborted' }]);
  });

  test('takes a run that succeeds all the same for what it is', async () => {
    const { locks, store, clock } = replica();
    const lock = await wonLock(locks.claim(aTick));
    void locks.stop(TIMEOUT);
    await clock.advance(TIMEOUT);
    await locks.release(lock, 'succeeded');
    expect(store.releases).toMatchObject([{ outcome: 'succeeded' }]);
  });

  test('leaves it behind where it does not settle', async () => {
    const { locks, store, clock, log } = replica();
    await wonLock(locks.claim(aTick));
    const stopping = watch(locks.stop(TIMEOUT));
    await clock.advance(TIMEOUT + 1_000);
    expect(stopping.isSettled).toBe(true);
    expect(store.releases).toEqual([]);
    expect(log.lines.error).toHaveLength(1);
    expect(log.lines.error[0]).toMatch(
      /shutting down and waited its shutdownTimeout for the task "clean-up"/,
    );
  });

  test('does not abort a task whose run has ended', async () => {
    const { locks, clock } = replica();
    const [ended, running] = [
      await wonLock(locks.claim(aTick)),
      await wonLock(locks.claim({ ...aTick, name: 'report' })),
    ];
    const stopping = locks.stop(TIMEOUT);
    void locks.release(ended, 'succeeded');
    await clock.advance(TIMEOUT + 1_000);
    await stopping;
    expect([ended.signal.aborted, running.signal.aborted]).toEqual([false, true]);
  });
});

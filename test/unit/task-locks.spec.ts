import { describe, expect, jest, test } from '@jest/globals';
import { HeldLock } from '../../src/lock/held-lock.js';
import type { ClaimAnswer } from '../../src/store/lock-store.js';
import { SHORTEST_TIMER } from '../support/fake-clock.js';
import { aTick, CLAIM_TIMEOUT, MINUTE, recordingLog, replica, watch, wonLock } from '../support/locks.js';
import { answerLost, busy, early, held, Later, notSent, TICK, won } from '../support/scripted-store.js';

const HOUR = 60 * MINUTE;

describe('a claim', () => {
  test('asks for the tick with the holds of the task, and for a lease of its maximum hold', async () => {
    const { locks, store } = replica();
    const lock = await wonLock(locks.claim(aTick));
    expect(store.claims).toEqual([
      {
        name: 'clean-up',
        task: 'clean-up',
        trigger: 'tick',
        evenIfPaused: undefined,
        token: lock.state.token,
        replica: 'replica-a',
        tick: aTick.tick,
        recover: false,
        minHold: 54_000,
        lease: 5 * MINUTE,
        tolerance: 1_000,
      },
    ]);
  });

  test('that overtakes ticks which no replica ran says that they are dropped', async () => {
    const hourly = { nextAfter: (after: number) => (Math.floor(after / HOUR) + 1) * HOUR };
    const claim = { ...aTick, minHold: 0.9 * HOUR, instants: hourly };
    const ranAt = (hoursAgo: number) => ({ lastTick: new Date(TICK.getTime() - hoursAgo * HOUR) });
    const { locks, log } = replica({ claim: [won(ranAt(1)), won({}), won(ranAt(3))] });
    for (const warnings of [0, 0, 1]) {
      await locks.release(await wonLock(locks.claim(claim)), 'succeeded');
      expect(log.lines.warn).toHaveLength(warnings);
    }
    expect(log.lines.warn).toEqual([
      '"clean-up" runs the tick of 2026-03-01T12:00:00.000Z; the missed ones before it, from 2026-03-01T10:00:00.000Z ' +
        'on, are dropped.',
    ]);
  });

  test('that is won is a lock that knows what it took', async () => {
    const { locks, clock, log } = replica({ claim: [won({ fence: 42n })] });
    const { state, ...lock } = await wonLock(locks.claim(aTick));
    expect(lock).toBeDefined();
    expect(state).toMatchObject({
      name: 'clean-up',
      fence: 42n,
      startedAt: TICK,
      scheduledTime: TICK,
      maxHold: 5 * MINUTE,
    });
    expect(state.sentAt).toEqual({ wall: clock.now(), monotonic: 0 });
    expect(log.lines).toEqual(recordingLog().lines);
  });

  test('of a tick that has run is skipped as done', async () => {
    const { locks, log } = replica({ claim: [{ status: 'done', now: 0 }] });
    expect(await locks.claim(aTick)).toEqual({ status: 'skipped', reason: 'done' });
    expect(log.lines.verbose).toEqual(['"clean-up" is skipped: done']);
  });

  test('of a task that another replica holds is told who and until when', async () => {
    const { locks, log } = replica({ claim: [held('replica-b')] });
    const heldUntil = new Date(TICK.getTime() + MINUTE);
    expect(await locks.claim(aTick)).toEqual({
      status: 'skipped',
      reason: 'held',
      heldBy: 'replica-b',
      heldUntil,
    });
    expect(log.lines.verbose).toEqual([
      '"clean-up" is skipped: held by replica-b until 2026-03-01T12:01:00.000Z',
    ]);
  });

  test('of a row that an operator holds for ever is skipped without an end', async () => {
    const endless = { status: 'held', now: 0, inProgress: true, heldBy: 'operator' } as const;
    const { locks, log } = replica({ claim: [endless] });
    expect(await locks.claim(aTick)).toEqual({ status: 'skipped', reason: 'held', heldBy: 'operator' });
    expect(log.lines.verbose).toEqual(['"clean-up" is skipped: held by operator']);
  });

  test('leaves no timer behind', async () => {
    const { locks, clock } = replica({ claim: [held()] });
    await locks.claim(aTick);
    expect(clock.pending).toBe(0);
  });
});

describe('a claim whose row is busy', () => {
  test('is repeated with the same token until it has an answer', async () => {
    const { locks, store, clock } = replica({ claim: [busy, busy, busy, won()] });
    const claiming = locks.claim(aTick);
    await clock.advance(1_000);
    await wonLock(claiming);
    expect(store.claims).toHaveLength(4);
    expect(new Set(store.claims.map(({ token }) => token)).size).toBe(1);
  });

  test('is repeated after a delay that grows, and that replicas do not share', async () => {
    const random = jest.spyOn(Math, 'random').mockReturnValue(1);
    const { locks, store, clock } = replica({ claim: [busy] });
    void locks.claim(aTick);
    const after = async (milliseconds: number) => {
      await clock.advance(milliseconds);
      return store.claims.length;
    };
    expect([await after(3), await after(1), await after(7), await after(1)]).toEqual([1, 2, 2, 3]);
    random.mockReturnValue(0);
    await after(40);
    const before = store.claims.length;
    expect(await after(40)).toBe(before + 1);
    random.mockRestore();
  });

  test('is unavailable after the claim timeout, and an error is logged', async () => {
    const { locks, store, clock, log } = replica({ claim: [busy] });
    const claiming = watch(locks.claim(aTick));
    await clock.advance(CLAIM_TIMEOUT - 1);
    expect(claiming.isSettled).toBe(false);
    await clock.advance(1 + SHORTEST_TIMER);
    expect(claiming.value).toEqual({ status: 'skipped', reason: 'unavailable' });
    expect(store.claims.length).toBeGreaterThan(15);
    expect(log.lines.error).toEqual([
      'The claim of "clean-up" is skipped as unavailable: its row stayed locked by another transaction',
    ]);
    expect(store.releases).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});

describe('a claim that the store does not answer', () => {
  test('wants its first ask no more once the second is answered: one that waits for a connection is not sent', async () => {
    const { locks, store, clock } = replica({ claim: [new Later<ClaimAnswer>().promise, held()] });
    const claimed = watch(locks.claim(aTick));
    await clock.advance(CLAIM_TIMEOUT - 1);
    expect(claimed.value).toMatchObject({ reason: 'held' });
    expect(store.signals[0]!.aborted).toBe(true);
  });

  test('is repeated with the same token, since it may have been carried out', async () => {
    const { locks, store, clock } = replica({ claim: [answerLost(), won()] });
    const sentAt = clock.now();
    const claiming = locks.claim(aTick);
    await clock.advance(100);
    const lock = await wonLock(claiming);
    expect(store.claims.map(({ token }) => token)).toEqual([lock.state.token, lock.state.token]);
    expect(lock.state.sentAt.wall).toBe(sentAt);
    expect(store.releases).toEqual([]);
  });

  test('ends when the lease of its first ask does, and not that of the ask that was answered', async () => {
    const { locks, clock } = replica({ claim: [answerLost(), won()] });
    const claiming = locks.claim({ ...aTick, lease: 10_000, maxHold: 10_000 });
    await clock.advance(100);
    const lock = await wonLock(claiming);
    await clock.advance(10_000 - 100 - 1);
    expect(lock.isHeld()).toBe(true);
    await clock.advance(1);
    expect(lock.signal.aborted).toBe(true);
  });

  test('is unavailable after the claim timeout, and what the store said is logged', async () => {
    const { locks, clock, log, store } = replica({ claim: [notSent()] });
    const claiming = watch(locks.claim(aTick));
    await clock.advance(CLAIM_TIMEOUT + SHORTEST_TIMER);
    expect(claiming.value).toEqual({ status: 'skipped', reason: 'unavailable' });
    expect(log.lines.error).toEqual([
      'The claim of "clean-up" is skipped as unavailable: connection refused',
    ]);
    expect(store.releases).toEqual([]);
  });

  test('is unavailable after the claim timeout also where no answer comes at all', async () => {
    const { locks, clock, log } = replica({ claim: [new Later<ClaimAnswer>().promise] });
    const claiming = watch(locks.claim(aTick));
    await clock.advance(CLAIM_TIMEOUT);
    expect(claiming.value).toEqual({ status: 'skipped', reason: 'unavailable' });
    expect(log.lines.error).toEqual([
      'The claim of "clean-up" is skipped as unavailable: the database did not answer',
    ]);
  });

  test('is not repeated where that would not help', async () => {
    const { locks, store, log } = replica({ claim: [new Error('permission denied for table task_lock')] });
    expect(await locks.claim(aTick)).toEqual({ status: 'skipped', reason: 'unavailable' });
    expect(store.claims).toHaveLength(1);
    expect(log.lines.error[0]).toMatch(/permission denied/);
  });

  test('is unavailable where the answer took longer than the lease, and goes back', async () => {
    const answer = new Later<ClaimAnswer>();
    const { locks, store, clock, log } = replica({ claim: [answer.promise] });
    const claiming = locks.claim({ ...aTick, lease: 2_000, maxHold: 2_000 });
    await clock.advance(2_000);
    answer.resolve(won());
    expect(await claiming).toEqual({ status: 'skipped', reason: 'unavailable' });
    expect(log.lines.error[0]).toMatch(/it was won, but its answer came after the lease was over/);
    expect(store.releases).toMatchObject([{ outcome: 'returned', token: store.claims[0]!.token }]);
  });
});

describe('a claim of a tick that is not due yet by the clock of the database', () => {
  test('waits until it is due, and asks then with a new token', async () => {
    const { locks, store, clock } = replica({ claim: [early(20_000), won()] });
    const claiming = watch(locks.claim(aTick));
    await clock.advance(19_999);
    expect(store.claims).toHaveLength(1);
    await clock.advance(1);
    expect(claiming.value).toBeInstanceOf(HeldLock);
    expect(store.claims.map(({ tick }) => tick)).toEqual([aTick.tick, aTick.tick]);
    expect(store.claims[1]!.token).not.toBe(store.claims[0]!.token);
    expect((claiming.value as HeldLock).state.sentAt.monotonic).toBe(20_000);
  });
});

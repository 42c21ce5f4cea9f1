import { describe, expect, test } from '@jest/globals';
import { HeldLock } from '../../src/lock/held-lock.js';
import { aTick, MINUTE, replica, wonLock } from '../support/locks.js';
import { held, TICK, won } from '../support/scripted-store.js';

const second = won({ fence: 8n });

describe('a replica that runs the task', () => {
  test('says held by itself, without asking the store', async () => {
    const { locks, store } = replica();
    await wonLock(locks.claim(aTick));
    expect(await locks.claim(aTick)).toEqual({
      status: 'skipped',
      reason: 'held',
      heldBy: 'replica-a',
      heldUntil: new Date(TICK.getTime() + 5 * MINUTE),
    });
    expect(store.claims).toHaveLength(1);
  });

  test('says so of that task alone', async () => {
    const { locks, store } = replica({ claim: [won(), held()] });
    await wonLock(locks.claim(aTick));
    await locks.claim({ ...aTick, name: 'report' });
    expect(store.claims.map(({ name }) => name)).toEqual(['clean-up', 'report']);
  });

  test('asks the store again after the run has ended', async () => {
    const { locks, store } = replica({ claim: [won(), held()] });
    await locks.release(await wonLock(locks.claim(aTick)), 'succeeded');
    await locks.claim(aTick);
    expect(store.claims).toHaveLength(2);
  });

  test('asks the store again once the maximum hold has passed, though the method has not settled', async () => {
    const { locks, store, clock, log } = replica({ claim: [won(), second] });
    const overrun = await wonLock(locks.claim(aTick));
    await clock.advance(5 * MINUTE);
    expect(log.lines.error).toHaveLength(1);
    expect(log.lines.error[0]).toMatch(/"clean-up" has not ended within its maximum hold of 300000 ms/);
    expect(overrun.signal.aborted).toBe(true);
    const next = await wonLock(locks.claim(aTick));
    expect(store.claims).toHaveLength(2);
    expect(next.state.fence).toBe(8n);
  });

  test('asks the store again where the clocks say so before any timer has fired', async () => {
    const { locks, store, clock } = replica({ claim: [won(), held()] });
    await wonLock(locks.claim(aTick));
    clock.suspend(5 * MINUTE);
    await locks.claim(aTick);
    expect(store.claims).toHaveLength(2);
  });

  test('asks the store every time where locks exclude nothing', async () => {
    const { locks, store } = replica({ claim: [won(), second] }, { exclusive: false });
    const locksWon = [await locks.claim(aTick), await locks.claim(aTick)];
    expect(locksWon.every((lock) => lock instanceof HeldLock)).toBe(true);
    expect(store.claims).toHaveLength(2);
  });

  test('an overrun that settles late does not end the run that follows it', async () => {
    const { locks, store, clock } = replica({ claim: [won(), second] });
    const overrun = await wonLock(locks.claim(aTick));
    await clock.advance(5 * MINUTE);
    const next = await wonLock(locks.claim(aTick));
    await locks.release(overrun, 'failed', 'Error: too late');
    expect(store.releases).toMatchObject([{ token: overrun.state.token, outcome: 'failed' }]);
    expect(next.isHeld()).toBe(true);
    expect(await locks.claim(aTick)).toMatchObject({ reason: 'held', heldBy: 'replica-a' });
  });
});

test('a missed tick that falls into a run of this replica is looked for again when its lease could have ended', async () => {
  const { locks, clock, store } = replica();
  let looks = 0;
  locks.watchLeftBehind(aTick.name, () => looks++);
  await wonLock(locks.claim(aTick));
  await locks.claim({ ...aTick, instants: { nextAfter: (after) => after + MINUTE } });
  expect(store.claims).toHaveLength(1);
  expect(looks).toBe(1);
  await clock.advance(6 * MINUTE);
  expect(looks).toBe(2);
});

describe('the release of a run', () => {
  test('says by name and token how it ended, and what the hold counts from', async () => {
    const { locks, store } = replica();
    const lock = await wonLock(locks.claim(aTick));
    await locks.release(lock, 'failed', 'Error: no space left');
    expect(store.releases).toEqual([
      {
        name: 'clean-up',
        token: lock.state.token,
        tick: 'scheduled',
        minHold: 54_000,
        stepBack: 54_000,
        durable: false,
        outcome: 'failed',
        error: 'Error: no space left',
      },
    ]);
  });

  test('of a tick that the row keeps would step back a whole interval, and of a call at least a millisecond', async () => {
    for (const [tick, minHold, stepBack] of [
      [{ kind: 'kept', interval: MINUTE }, 54_000, MINUTE],
      [{ kind: 'call' }, 0, 1],
    ] as const) {
      const { locks, store } = replica();
      await locks.release(await wonLock(locks.claim({ ...aTick, tick, minHold })), 'succeeded');
      expect(store.releases).toMatchObject([{ tick: tick.kind, minHold, stepBack }]);
    }
  });

  test('ends what the run watched: no overrun is told later', async () => {
    const { locks, clock, log } = replica();
    const lock = await wonLock(locks.claim(aTick));
    await locks.release(lock, 'succeeded');
    expect(clock.pending).toBe(0);
    await clock.advance(10 * MINUTE);
    expect(log.lines.error).toEqual([]);
    expect(lock.isHeld()).toBe(false);
  });

  test('is sent once, however often it is asked for', async () => {
    const { locks, store } = replica();
    const lock = await wonLock(locks.claim(aTick));
    await locks.release(lock, 'succeeded');
    await locks.release(lock, 'failed');
    expect(store.releases).toHaveLength(1);
  });
});

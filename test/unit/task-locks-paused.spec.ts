import { describe, expect, test } from '@jest/globals';
import type { ClaimAnswer } from '../../src/store/lock-store.js';
import { aTick, MINUTE, replica, watch } from '../support/locks.js';
import { held, TICK } from '../support/scripted-store.js';

const paused: ClaimAnswer = { status: 'paused', now: TICK.getTime() };
const skipped = { status: 'skipped', reason: 'paused' };
const aCall = { ...aTick, tick: { kind: 'call' } as const, trigger: 'call' as const };

describe('a claim of a paused task', () => {
  test('is skipped at once, with that reason, and is not sent again', async () => {
    const { locks, store, clock, log } = replica({ claim: [paused] });
    expect(await locks.claim(aTick)).toEqual(skipped);
    await clock.advance(10 * MINUTE);
    expect(store.claims).toHaveLength(1);
    expect(log.lines).toMatchObject({ verbose: ['"clean-up" is skipped: paused'], warn: [], error: [] });
  });

  test('does not wait, whatever its overlap says', async () => {
    const { locks, store } = replica({ claim: [paused] });
    expect(await locks.claim({ ...aCall, waitTimeout: MINUTE })).toEqual(skipped);
    expect(store.claims).toHaveLength(1);
  });

  test('waits no longer where the pause begins while the lock is held', async () => {
    const { locks, clock } = replica({ claim: [held(), held(), paused] });
    const claiming = watch(locks.claim({ ...aCall, waitTimeout: MINUTE }));
    await clock.advance(10_000);
    expect(claiming.value).toEqual(skipped);
  });

  test('leaves what a dead run left behind to be looked for again', async () => {
    const { locks, clock } = replica({ claim: [paused] });
    let looks = 0;
    locks.watchLeftBehind('clean-up', () => looks++);
    await locks.claim({ ...aTick, tick: { kind: 'abandoned' }, trigger: 'recovery', recover: true });
    await clock.advance(aTick.lease - 1);
    expect(looks).toBe(1);
    await clock.advance(2_000);
    expect(looks).toBe(2);
  });

  test('says that it is wanted all the same where an operator wants it', async () => {
    const { locks, store } = replica();
    await locks.claim({ ...aCall, trigger: 'operator', evenIfPaused: true });
    expect(store.claims).toMatchObject([{ task: 'clean-up', trigger: 'operator', evenIfPaused: true }]);
  });
});

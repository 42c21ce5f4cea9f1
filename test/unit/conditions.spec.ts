import { describe, expect, test } from '@jest/globals';
import { aTick, CLAIM_TIMEOUT, replica, watch, wonLock } from '../support/locks.js';
import { Later, notSent } from '../support/scripted-store.js';

const refused = { status: 'skipped', reason: 'condition' };

describe('a claim with a condition', () => {
  test('is made where it is true, at once or later', async () => {
    const { locks, store } = replica();
    for (const condition of [() => true, async () => true]) {
      const lock = await wonLock(locks.claim({ ...aTick, condition }));
      await locks.release(lock, 'succeeded');
    }
    expect(store.claims).toHaveLength(2);
  });

  test('sends nothing where it is false, and says why it is skipped', async () => {
    const { locks, store, log, clock } = replica();
    for (const condition of [() => false, async () => false])
      expect(await locks.claim({ ...aTick, condition })).toEqual(refused);
    expect(store.claims).toEqual([]);
    expect(log.lines.error).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('is asked once, also where the claim is sent several times', async () => {
    const { locks, store, clock } = replica({ claim: [notSent()] });
    let asked = 0;
    const claiming = watch(locks.claim({ ...aTick, condition: () => ++asked > 0 }));
    await clock.advance(2 * CLAIM_TIMEOUT);
    expect(claiming.value).toMatchObject({ reason: 'unavailable' });
    expect(store.claims.length).toBeGreaterThan(1);
    expect(asked).toBe(1);
  });

  test('is not asked once the application shuts down', async () => {
    const { locks } = replica();
    await locks.stop(0);
    let asked = 0;
    expect(await locks.claim({ ...aTick, condition: () => ++asked > 0 })).toMatchObject({
      reason: 'stopping',
    });
    expect(asked).toBe(0);
  });
});

describe('a condition that is broken keeps the method from running, and is logged once', () => {
  test.each([
    ['throws', () => Promise.reject(new Error('no leader')), 'threw an error: Error: no leader'],
    [
      'throws at once',
      () => {
        throw new Error('no leader');
      },
      'threw an error: Error: no leader',
    ],
    [
      'returns a text, like that of a variable',
      () => 'false',
      "must return true or false; it returned the text 'false'",
    ],
    ['returns nothing', () => undefined, 'must return true or false; it returned undefined'],
    ['returns null', () => null, 'must return true or false; it returned null'],
    ['returns a number', () => 1, 'must return true or false; it returned number'],
  ])('one that %s', async (_, condition: () => unknown, problem) => {
    const { locks, store, log } = replica();
    expect(await locks.claim({ ...aTick, condition })).toEqual(refused);
    expect(store.claims).toEqual([]);
    expect(log.lines.error).toEqual([
      `The condition of "clean-up" (option when) ${problem}. The method did not run.`,
    ]);
  });

  test('one that never settles, after the claim timeout; what comes later changes nothing', async () => {
    const { locks, store, clock, log } = replica();
    const [late, failing] = [new Later<boolean>(), new Later<boolean>()];
    const claiming = [late, failing].map(({ promise }) =>
      watch(locks.claim({ ...aTick, condition: () => promise })),
    );
    await clock.advance(CLAIM_TIMEOUT - 1);
    expect(claiming.map(({ isSettled }) => isSettled)).toEqual([false, false]);
    await clock.advance(1);
    expect(claiming.map(({ value }) => value)).toEqual([refused, refused]);
    late.resolve(true);
    failing.reject(new Error('no leader'));
    await clock.advance(CLAIM_TIMEOUT);
    expect(store.claims).toEqual([]);
    const problem =
      'The condition of "clean-up" (option when) has not settled within 5s. The method did not run.';
    expect(log.lines.error).toEqual([problem, problem]);
    expect(clock.pending).toBe(0);
  });

  test('one that never settles does not keep a shutdown waiting', async () => {
    const { locks, clock } = replica();
    void locks.claim({ ...aTick, condition: () => new Later<boolean>().promise });
    const stopping = watch(locks.stop(25_000));
    await clock.advance(0);
    expect(stopping.isSettled).toBe(true);
  });
});

import { describe, expect, test } from '@jest/globals';
import { HeldLock } from '../../src/lock/held-lock.js';
import type { ClaimAnswer, ReleaseAnswer } from '../../src/store/lock-store.js';
import { SHORTEST_TIMER } from '../support/fake-clock.js';
import { aTick, CLAIM_TIMEOUT, MINUTE, replica, watch, wonLock } from '../support/locks.js';
import { answerLost, held, Later, notSent, TICK, won } from '../support/scripted-store.js';
import type { Script } from '../support/scripted-store.js';

const released: ReleaseAnswer = { status: 'released' };
const busyRow: ReleaseAnswer = { status: 'busy' };
const down = Array.from({ length: 12 }, () => notSent());

/** A replica whose run has just ended. */
async function afterRun(release: NonNullable<Script['release']>) {
  const { locks, store, clock, log } = replica({ release });
  const lock = await wonLock(locks.claim(aTick));
  await clock.advance(MINUTE);
  const releasing = watch(locks.release(lock, 'succeeded'));
  await clock.advance(0);
  return { locks, store, clock, log, releasing };
}

describe('a release that the store answers', () => {
  test.each<ReleaseAnswer>([released, { status: 'gone' }])(
    'with %j is over, and leaves no timer',
    async (answer) => {
      const { store, clock, log, releasing } = await afterRun([answer]);
      expect(releasing.isSettled).toBe(true);
      await clock.advance(10 * MINUTE);
      expect(store.releases).toHaveLength(1);
      expect(clock.pending).toBe(0);
      expect(log.lines.error).toEqual([]);
    },
  );

  test('with busy is repeated with the same token', async () => {
    const { store, clock, releasing } = await afterRun([busyRow, busyRow, released]);
    expect(releasing.isSettled).toBe(false);
    await clock.advance(1_000);
    expect(releasing.isSettled).toBe(true);
    expect(store.releases).toHaveLength(3);
    expect(new Set(store.releases.map(({ token }) => token)).size).toBe(1);
  });
});

describe('how a run ended that is released', () => {
  const gone: ReleaseAnswer = { status: 'gone' };

  test.each<[what: string, release: NonNullable<Script['release']>, outcome: string, isSure: boolean]>([
    ['as it says, where the row was its own', [released], 'succeeded', true],
    ['as it says, where the row was busy before', [busyRow, released], 'succeeded', true],
    ['lost, where the row was no longer its own', [gone], 'lost', true],
    ['lost, where only attempts were before that never reached the store', [notSent(), gone], 'lost', true],
    ['unknown, where an attempt before may have ended it', [answerLost(), gone], 'succeeded', false],
    ['unknown, where the store does not answer in time', [notSent()], 'succeeded', false],
  ])('is %s', async (_, release, outcome, isSure) => {
    const { clock, releasing } = await afterRun(release);
    await clock.advance(CLAIM_TIMEOUT);
    expect(releasing.value).toEqual({ fence: 7n, outcome, isSure });
  });
});

describe('a release while the database is down', () => {
  test('is repeated until it is answered, and logged once', async () => {
    const { store, clock, log } = await afterRun([notSent(), answerLost(), notSent(), released]);
    await clock.advance(2_000);
    expect(store.releases).toHaveLength(4);
    expect(log.lines.error).toEqual([
      'The release of "clean-up" failed, it is repeated until the lease ends: connection refused',
    ]);
    expect(clock.pending).toBe(0);
  });

  test('is repeated until the lease ends by itself, and no longer', async () => {
    const { store, clock, log } = await afterRun([notSent()]);
    await clock.advance(4 * MINUTE - 1_000);
    const before = store.releases.length;
    expect(before).toBeGreaterThan(100);
    await clock.advance(1_000);
    const atTheEnd = store.releases.length;
    expect(atTheEnd).toBeGreaterThan(before);
    await clock.advance(10 * MINUTE);
    expect(store.releases).toHaveLength(atTheEnd);
    expect(clock.pending).toBe(0);
    expect(log.lines.error).toHaveLength(1);
  });

  test('keeps the process alive for the claim timeout, and not until the lease ends', async () => {
    const { clock } = await afterRun([notSent()]);
    expect(clock.keepingAlive).toBe(1);
    await clock.advance(CLAIM_TIMEOUT);
    expect(clock.pending).toBe(1);
    expect(clock.keepingAlive).toBe(0);
  });

  test('goes on when the wall clock is set: the row stays held by the clock of the database', async () => {
    const { locks, store, clock } = replica({ release: [notSent()] });
    const lock = await wonLock(locks.claim(aTick));
    clock.setWall(10 * MINUTE);
    void locks.release(lock, 'failed');
    await clock.advance(4 * MINUTE);
    const before = store.releases.length;
    await clock.advance(MINUTE - 1_000);
    expect(store.releases.length).toBeGreaterThan(before);
  });

  test('is sent before what an older ask of its call may have taken goes back', async () => {
    const [older, answer] = [new Later<ClaimAnswer>(), new Later<ReleaseAnswer>()];
    const { locks, store, clock } = replica({ claim: [older.promise, won()], release: [answer.promise] });
    const claiming = locks.claim({ ...aTick, tick: { kind: 'call' } });
    await clock.advance(CLAIM_TIMEOUT / 2 + 100);
    void locks.release(await wonLock(claiming), 'succeeded');
    older.reject(answerLost());
    await clock.advance(0);
    expect(store.releases.map(({ outcome }) => outcome)).toEqual(['succeeded']);
    answer.resolve(released);
    await clock.advance(0);
    expect(store.releases.map(({ outcome }) => outcome)).toEqual(['succeeded', 'returned']);
  });

  test('is answered before that, also where it is repeated: the other way round a run would be given back', async () => {
    const [older, answer] = [new Later<ClaimAnswer>(), new Later<ReleaseAnswer>()];
    const { locks, store, clock } = replica({
      claim: [older.promise, won()],
      release: [notSent(), answer.promise],
    });
    const claiming = locks.claim({ ...aTick, tick: { kind: 'call' } });
    await clock.advance(CLAIM_TIMEOUT / 2 + 100);
    const releasing = locks.release(await wonLock(claiming), 'succeeded');
    older.reject(answerLost());
    await clock.advance(CLAIM_TIMEOUT);
    await releasing;
    expect(store.releases.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded']);
    answer.resolve(released);
    await clock.advance(0);
    expect(store.releases.map(({ outcome }) => outcome).at(-1)).toBe('returned');
  });

  test('of a run past its maximum hold is repeated for the claim timeout', async () => {
    const { locks, store, clock } = replica({ release: [notSent()] });
    const lock = await wonLock(locks.claim(aTick));
    await clock.advance(6 * MINUTE);
    const releasing = watch(locks.release(lock, 'succeeded'));
    await clock.advance(CLAIM_TIMEOUT);
    expect(releasing.isSettled).toBe(true);
    const tries = store.releases.length;
    expect(tries).toBeGreaterThan(10);
    await clock.advance(MINUTE);
    expect(store.releases).toHaveLength(tries);
  });

  test('does not keep the method waiting longer than the claim timeout', async () => {
    const { store, clock, releasing } = await afterRun([notSent()]);
    await clock.advance(CLAIM_TIMEOUT - 1);
    expect(releasing.isSettled).toBe(false);
    await clock.advance(1);
    expect(releasing.isSettled).toBe(true);
    const tries = store.releases.length;
    await clock.advance(10_000);
    expect(store.releases.length).toBeGreaterThan(tries);
  });

  test('does not keep it waiting either where no answer comes at all', async () => {
    const { clock, releasing } = await afterRun([new Later<ReleaseAnswer>().promise]);
    await clock.advance(CLAIM_TIMEOUT);
    expect(releasing.isSettled).toBe(true);
  });
});

describe('a claim while a release is repeated', () => {
  const next = { ...aTick, tick: { kind: 'scheduled', scheduledTime: new Date(+TICK + MINUTE) } } as const;

  test('hurries it and asks again: the first tick after an outage runs', async () => {
    const { locks, store, clock } = replica({
      claim: [won(), held('replica-a'), won({ fence: 8n })],
      release: [...down, released],
    });
    void locks.release(await wonLock(locks.claim(aTick)), 'succeeded');
    while (store.releases.length < down.length) await clock.advance(1);
    const claiming = watch(locks.claim(next));
    await clock.advance(0);
    expect(store.releases).toHaveLength(down.length + 1);
    await clock.advance(10);
    expect(claiming.value).toBeInstanceOf(HeldLock);
  });

  test('is told of a lock that another replica holds all the same', async () => {
    const { locks, clock, store } = replica({ claim: [won(), held('replica-b')], release: [notSent()] });
    void locks.release(await wonLock(locks.claim(aTick)), 'succeeded');
    await clock.advance(1_000);
    expect(await locks.claim(next)).toMatchObject({ reason: 'held', heldBy: 'replica-b' });
    expect(store.claims).toHaveLength(2);
  });

  test('is unavailable where the release does not come through', async () => {
    const { locks, clock, log } = replica({ claim: [won(), held('replica-a')], release: [notSent()] });
    void locks.release(await wonLock(locks.claim(aTick)), 'succeeded');
    await clock.advance(1_000);
    const claiming = watch(locks.claim(next));
    await clock.advance(CLAIM_TIMEOUT + SHORTEST_TIMER);
    expect(claiming.value).toMatchObject({ reason: 'unavailable' });
    expect(log.lines.error.at(-1)).toMatch(
      /its last run here is over, but its release has had no answer yet/,
    );
  });

  test('asks no more where the release has come through and the lock is held still', async () => {
    const { locks, clock, store } = replica({
      claim: [won(), held('replica-a')],
      release: [notSent(), released],
    });
    void locks.release(await wonLock(locks.claim(aTick)), 'succeeded');
    await clock.advance(1_000);
    expect(await locks.claim(next)).toMatchObject({ reason: 'held' });
    expect(store.claims).toHaveLength(2);
  });
});

describe('a release on a connection that died without a word', () => {
  test('is sent again on another one, with twice the patience each time', async () => {
    const silent = new Later<ReleaseAnswer>().promise;
    const { store, clock } = await afterRun([silent, silent, released]);
    await clock.advance(CLAIM_TIMEOUT - 1);
    expect(store.releases).toHaveLength(1);
    await clock.advance(1 + 100);
    expect(store.releases).toHaveLength(2);
    await clock.advance(2 * CLAIM_TIMEOUT + 100);
    expect(store.releases).toHaveLength(3);
    expect(new Set(store.releases.map(({ token }) => token)).size).toBe(1);
    expect(clock.pending).toBe(0);
  });

  test('has no more patience after tries that failed at once: one that hangs then would be the last', async () => {
    const { store, clock } = await afterRun([...down, new Later<ReleaseAnswer>().promise, released]);
    while (store.releases.length < down.length + 1) await clock.advance(1);
    await clock.advance(CLAIM_TIMEOUT + 1_000);
    expect(store.releases).toHaveLength(down.length + 2);
    expect(clock.pending).toBe(0);
  });

  test('is given up when the lease ends, and leaves no timer', async () => {
    const { store, clock } = await afterRun([new Later<ReleaseAnswer>().promise]);
    await clock.advance(4 * MINUTE);
    const tries = store.releases.length;
    expect(tries).toBeGreaterThan(2);
    expect(clock.pending).toBe(0);
    await clock.advance(60 * MINUTE);
    expect(store.releases).toHaveLength(tries);
  });
});

describe('a release that cannot succeed', () => {
  test('is logged and not repeated, and does not reject: it would mask the error of the method', async () => {
    const { store, log, releasing, clock } = await afterRun([new Error('permission denied')]);
    expect(releasing.isSettled).toBe(true);
    await clock.advance(MINUTE);
    expect(store.releases).toHaveLength(1);
    expect(log.lines.error).toEqual([
      'The release of "clean-up" failed, the lock stays held until its lease ends: permission denied',
    ]);
  });

  test('over the text of the error of its run is repeated without it, so that the lock is not kept', async () => {
    const { locks, store, clock, log } = replica({ release: [new Error('no such character'), released] });
    const lock = await wonLock(locks.claim(aTick));
    void locks.release(lock, 'failed', 'a → b');
    await clock.advance(1_000);
    expect(store.releases).toMatchObject([{ error: 'a → b' }, { outcome: 'failed', error: undefined }]);
    expect(log.lines.error).toEqual([
      `The release of "clean-up" failed, it is repeated without the run's error: no such character`,
    ]);
  });

  test('is logged again where it came to that only after it was repeated', async () => {
    const { log, clock } = await afterRun([notSent(), new Error('permission denied')]);
    await clock.advance(1_000);
    expect(log.lines.error).toHaveLength(2);
  });
});

describe('the line of a run', () => {
  test('says how long it took, from the moment when its claim was won', async () => {
    const answer = new Later<ClaimAnswer>();
    const { locks, clock, log } = replica({ claim: [answer.promise] });
    const claiming = locks.claim(aTick);
    await clock.advance(2_000);
    answer.resolve(won());
    const lock = await wonLock(claiming);
    await clock.advance(1_234);
    await locks.release(lock, 'failed', 'out of paper');
    expect(log.lines.debug).toEqual([
      '"clean-up" failed after 1234ms, for the tick of 2026-03-01T12:00:00.000Z',
    ]);
  });

  test('is none where nothing ran: the claim was returned', async () => {
    const { locks, log } = replica();
    await locks.release(await wonLock(locks.claim(aTick)), 'returned');
    expect(log.lines.debug).toEqual([]);
  });
});

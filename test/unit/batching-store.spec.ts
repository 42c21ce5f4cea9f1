import { describe, expect, test } from '@jest/globals';
import { BatchingStore } from '../../src/store/batching-store.js';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';
import type { ClaimAnswer, ClaimRequest, LockStore } from '../../src/store/lock-store.js';
import type { WantedSignal } from '../../src/store/wanted-signal.js';
import { ClockCheck } from '../../src/store/clock-check.js';
import { SystemLockClock } from '../../src/common/clock.js';
import { recordingLog } from '../support/locks.js';
import { aClaim, aRelease } from '../support/claims.js';
import { Later } from '../support/scripted-store.js';

/** Writes down what it is sent, and answers when it is told to. */
class RecordingStore implements LockStore {
  readonly claims: { names: string[]; signal?: WantedSignal; answer: Later<void> }[] = [];
  readonly renewals: string[][] = [];
  readonly releases: string[][] = [];

  async prepare(): Promise<void> {}

  async claim(requests: readonly ClaimRequest[], signal?: WantedSignal): Promise<ClaimAnswer[]> {
    const names = namesOf(requests);
    const answer = new Later<void>();
    this.claims.push({ names, signal, answer });
    await answer.promise;
    return names.map((name) => ({ status: 'held', now: 0, inProgress: true, heldBy: `holder of ${name}` }));
  }

  async renew(held: readonly { name: string }[]) {
    this.renewals.push(namesOf(held));
    return held.map(() => ({ status: 'busy' as const }));
  }

  async release(held: readonly { name: string }[]) {
    this.releases.push(namesOf(held));
    return held.map(() => ({ status: 'gone' as const }));
  }
}

const namesOf = (requests: readonly { name: string }[]): string[] => requests.map(({ name }) => name);
const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** Resolves in the timer that Node runs as the last one of its millisecond. */
const timer = (work: () => void): Promise<void> =>
  new Promise((resolve) => setTimeout(() => resolve(work()), 1));

function batched() {
  const store = new RecordingStore();
  const claims = new BatchingStore(store, new ClockCheck(new SystemLockClock(), recordingLog()));
  const claim = (name: string, signal?: WantedSignal) => claims.claim([aClaim({ name })], signal);
  return { store, claims, claim };
}

describe('the claims of one turn of the event loop', () => {
  test('go in one request, and each has its own answer', async () => {
    const { store, claim } = batched();
    const asked = ['a', 'b', 'c'].map((name) => claim(name));
    await endOfTurn();
    expect(store.claims.map(({ names }) => names)).toEqual([['a', 'b', 'c']]);
    store.claims[0]!.answer.resolve();
    const answers = await Promise.all(asked);
    expect(answers).toMatchObject([
      [{ heldBy: 'holder of a' }],
      [{ heldBy: 'holder of b' }],
      [{ heldBy: 'holder of c' }],
    ]);
  });

  test('do not wait for those of the turn before', async () => {
    const { store, claim } = batched();
    void claim('a');
    await endOfTurn();
    void claim('b');
    await endOfTurn();
    expect(store.claims.map(({ names }) => names)).toEqual([['a'], ['b']]);
  });

  test('go in several requests where they are more than a thousand', async () => {
    const { store, claim } = batched();
    for (let index = 0; index < 2_500; index++) void claim(`task ${index}`);
    await endOfTurn();
    expect(store.claims.map(({ names }) => names.length)).toEqual([1_000, 1_000, 500]);
  });

  test('all fail where their request does', async () => {
    const { store, claim } = batched();
    const asked = Promise.allSettled([claim('a'), claim('b')]);
    await endOfTurn();
    const reason = new LockStoreUnavailableError('connection terminated', true);
    store.claims[0]!.answer.reject(reason);
    expect(await asked).toEqual([
      { status: 'rejected', reason },
      { status: 'rejected', reason },
    ]);
  });
});

describe('a lone claim', () => {
  test('goes without a turn of the event loop, also where others were answered before', async () => {
    const { store, claim } = batched();
    for (let sent = 0; sent < 2; sent++) {
      const asked = claim('a');
      await Promise.resolve();
      expect(store.claims).toHaveLength(sent + 1);
      store.claims[sent]!.answer.resolve();
      await asked;
    }
  });

  test('also where the one before has failed', async () => {
    const { store, claim } = batched();
    const asked = claim('a');
    await Promise.resolve();
    store.claims[0]!.answer.reject(new LockStoreUnavailableError('connection terminated', true));
    await expect(asked).rejects.toThrow('connection terminated');
    void claim('a');
    await Promise.resolve();
    expect(store.claims).toHaveLength(2);
  });
});

test('of the claims of many timers the first goes, and the others go together', async () => {
  const { store, claim } = batched();
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => timer(() => void claim(name))));
  await endOfTurn();
  expect(store.claims.map(({ names }) => names)).toEqual([['a'], ['b', 'c', 'd']]);
});

describe('what one request does to the others of its turn', () => {
  test('one that the store refuses fails alone', async () => {
    const { store, claim } = batched();
    const asked = Promise.allSettled(['a', 'b', 'wrong', 'c', 'd'].map((name) => claim(name)));
    for (let answered = 0; answered < 9; answered++) {
      if (!store.claims[answered]) await endOfTurn();
      const { names = [], answer } = store.claims[answered] ?? {};
      if (names.includes('wrong')) answer?.reject(new Error('invalid byte sequence'));
      else answer?.resolve();
    }
    expect((await asked).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
  });

  test('is not sent again with the rest where it was given up meanwhile: it may have been carried out', async () => {
    const { store, claim } = batched();
    const giveUp = new AbortController();
    const asked = claim('a', giveUp.signal);
    void claim('b');
    await endOfTurn();
    giveUp.abort();
    store.claims[0]!.answer.reject(new Error('invalid byte sequence'));
    await expect(asked).rejects.toMatchObject({ name: 'LockStoreUnavailableError', sent: true });
    expect(store.claims.map(({ names }) => names)).toEqual([['a', 'b'], ['b']]);
  });

  test('one for the same name goes in a request of its own, and no other task waits for it', async () => {
    const { store, claim } = batched();
    const [, , other] = ['same', 'same', 'other', 'same'].map((name) => claim(name));
    await endOfTurn();
    expect(store.claims.map(({ names }) => names)).toEqual([['same', 'other'], ['same'], ['same']]);
    store.claims[0]!.answer.resolve();
    expect(await other).toMatchObject([{ heldBy: 'holder of other' }]);
  });
});

test('rows of unused keys are removed by the store behind it', async () => {
  const store = Object.assign(new RecordingStore(), { purge: async () => 7 });
  expect(
    await new BatchingStore(store, new ClockCheck(new SystemLockClock(), recordingLog())).purge({
      prefix: 'export:',
      unusedFor: 1,
    }),
  ).toBe(7);
});

describe('a claim that is given up', () => {
  test('before the end of its turn is not sent, and says so: nothing has to be given back', async () => {
    const { store, claim } = batched();
    const giveUp = new AbortController();
    const asked = claim('a', giveUp.signal);
    void claim('b');
    giveUp.abort();
    await expect(asked).rejects.toMatchObject({ name: 'LockStoreUnavailableError', sent: false });
    expect(store.claims.map(({ names }) => names)).toEqual([['b']]);
  });

  test('leaves the request of the others under way', async () => {
    const { store, claim } = batched();
    const [one, other] = [new AbortController(), new AbortController()];
    const asked = Promise.all([claim('a', one.signal), claim('b', other.signal)]);
    await endOfTurn();
    one.abort();
    expect(store.claims[0]!.signal!.aborted).toBe(false);
    other.abort();
    expect(store.claims[0]!.signal!.aborted).toBe(true);
    store.claims[0]!.answer.resolve();
    expect(await asked).toHaveLength(2);
  });

  test('never takes one with it that nobody can give up', async () => {
    const { store, claim } = batched();
    const giveUp = new AbortController();
    void claim('a', giveUp.signal);
    void claim('b');
    await endOfTurn();
    giveUp.abort();
    expect(store.claims[0]!.signal!.aborted).toBe(false);
  });
});

test('the renewals and the releases of one turn go in one request each', async () => {
  const { store, claims } = batched();
  const held = ['a', 'b'].map((name) => aClaim({ name }));
  const renewed = held.map(({ name, token }) =>
    claims.renew([{ name, token, lease: 1_000, maxHold: 5_000 }]),
  );
  const released = held.map((claim) => claims.release([aRelease(claim)]));
  expect(await Promise.all(renewed)).toEqual([[{ status: 'busy' }], [{ status: 'busy' }]]);
  expect(await Promise.all(released)).toEqual([[{ status: 'gone' }], [{ status: 'gone' }]]);
  expect(store.renewals).toEqual([['a', 'b']]);
  expect(store.releases).toEqual([['a', 'b']]);
});

import { strict as assert } from 'node:assert';
import type { ConformanceScenario } from './conformance-harness.js';
import { call, Player } from './player.js';
import { ATTEMPTS, requests, SECOND } from './requester.js';

/** What becomes of requests whose runs fail. */
export const requestFailuresScenarios: readonly ConformanceScenario[] = [
  requests(
    'what a failed run picked up is retried later, and parked in the end',
    async (requester, harness) => {
      await requester.add([1]);
      for (const retryIn of [1, 4]) {
        const { token } = await requester.pickUp();
        const settled = await requester.settle(token, 'failed', 'no \0 disk');
        assert.deepEqual(settled, { parked: 0, retryIn: retryIn * SECOND });
        assert.deepEqual(await requester.waiting(), []);
        await harness.advance(retryIn * SECOND);
      }
      const { token } = await requester.pickUp();
      assert.deepEqual(await requester.settle(token, 'failed', 'no disk'), { parked: 1, retryIn: undefined });
      await harness.advance(24 * 3_600 * SECOND);
      assert.deepEqual(await requester.waiting(), []);
      assert.equal((await requester.pickUp()).args, undefined);
    },
  ),
  requests(
    'settling again, since the first answer was lost, has the same answer',
    async (requester, harness) => {
      await requester.add([1]);
      const { token } = await requester.pickUp();
      const settle = async (attempts: number) =>
        harness.store.requests!.settle({ name: 'task', token, attempts, outcome: 'failed' });
      for (let nth = 1; nth <= 2; nth++) assert.deepEqual(await settle(2), { parked: 0, retryIn: SECOND });
      for (let nth = 1; nth <= 2; nth++) assert.deepEqual(await settle(1), { parked: 1, retryIn: undefined });
    },
  ),
  requests(
    'one that failed runs along with the next that is due: alone it would run later, with older arguments',
    async (requester, harness) => {
      await requester.add([1]);
      const first = await requester.pickUp();
      await requester.settle(first.token, 'failed');
      await harness.advance(SECOND);
      // Its retry is due in four seconds now, and not in one: time enough for a slow machine.
      const second = await requester.pickUp();
      await requester.settle(second.token, 'failed');
      await requester.add([2]);
      const { count, newest } = await requester.serve();
      assert.deepEqual({ count, newest }, { count: 2, newest: [2] });
    },
  ),
  requests('one whose runs all die is parked after as many attempts', async (requester) => {
    await requester.add([1]);
    for (let nth = 1; nth <= ATTEMPTS; nth++) {
      assert.equal((await requester.pickUp()).count, 1);
      await requester.afterDeath();
    }
    await requester.add([2]);
    const { count, newest, parked } = await requester.pickUp();
    assert.deepEqual({ count, newest, parked }, { count: 1, newest: [2], parked: 1 });
  }),
  requests('a run that a shutdown cut off was no attempt', async (requester) => {
    await requester.add([1]);
    for (let nth = 1; nth <= 2 * ATTEMPTS; nth++) {
      const { token, count } = await requester.pickUp();
      assert.equal(count, 1);
      await requester.settle(token, 'aborted');
    }
  }),
  requests(
    'what a cancelled run picked up is parked at once, also where it is settled twice',
    async (requester, harness) => {
      await requester.add([1]);
      await requester.add([2]);
      const { token } = await requester.pickUp();
      const settled = {
        name: 'task',
        token,
        attempts: ATTEMPTS,
        outcome: 'cancelled',
        error: 'by ann',
      } as const;
      const store = harness.store.requests!;
      for (let nth = 1; nth <= 2; nth++)
        assert.deepEqual(await store.settle(settled), { parked: 2, retryIn: undefined });
      await requester.add([3]);
      await harness.advance(24 * 3_600 * SECOND);
      const { count, newest } = await requester.serve();
      assert.deepEqual({ count, newest }, { count: 1, newest: [3] });
    },
  ),
  requests(
    'a call takes along what failed before, due or not: it would run later with older arguments',
    async (requester, harness) => {
      await requester.add([1]);
      const { token } = await requester.pickUp();
      await requester.settle(token, 'failed');
      await harness.advance(10);
      const { count } = await requester.pickUp(new Date(await harness.now()));
      assert.equal(count, 1);
    },
  ),
  requests('the backoff stops growing after many attempts', async (requester, harness) => {
    const requests = harness.store.requests!;
    await requester.add([1]);
    let last: number | undefined;
    for (let attempt = 1; attempt <= 13; attempt++) {
      const player = new Player(harness);
      const { token } = await player.win(call);
      const run = { name: 'task', token, attempts: 1_000 };
      assert.equal((await requests.pickUp(run)).count, 1);
      last = (await requests.settle({ ...run, outcome: 'failed' })).retryIn;
      await player.release(token, { tick: 'call', minHold: 0 });
      await harness.advance(last ?? 0);
    }
    assert.equal(last, 3_600 * SECOND);
  }),
];

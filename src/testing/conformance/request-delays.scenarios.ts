import { strict as assert } from 'node:assert';
import type { ConformanceScenario } from './conformance-harness.js';
import { MINUTE } from './player.js';
import { requests, SECOND } from './requester.js';

/** When requests are due. */
export const requestDelaysScenarios: readonly ConformanceScenario[] = [
  requests(
    'nothing is due before its delay; a poll with a horizon says in how long',
    async (requester, harness) => {
      await requester.add([1], { delay: 10 * SECOND });
      assert.deepEqual(await requester.waiting(), []);
      assert.equal((await requester.pickUp()).args, undefined);
      const [waiting] = await harness.store.requests!.waiting({
        horizon: 10 * SECOND,
        tasks: ['task'],
        except: [],
      });
      assert.ok(waiting && waiting.dueIn > 5 * SECOND && waiting.dueIn <= 10 * SECOND);
      await harness.advance(10 * SECOND);
      assert.deepEqual(await requester.waiting(), [['task', 1]]);
      assert.equal((await requester.pickUp()).count, 1);
    },
  ),
  requests('one that is not due does not go with one that is', async (requester) => {
    await requester.add([1], { delay: 10 * SECOND });
    await requester.add([2]);
    assert.deepEqual((await requester.serve()).count, 1);
    assert.deepEqual(await requester.waiting(10 * SECOND), [['task', 1]]);
  }),
  requests('later ones put a debounced run off, until their delay is over', async (requester, harness) => {
    await requester.debounced([1]);
    await harness.advance(4 * MINUTE);
    await requester.debounced([2]);
    await harness.advance(4 * MINUTE);
    assert.deepEqual(await requester.waiting(), []);
    assert.equal((await requester.pickUp()).args, undefined);
    await harness.advance(MINUTE);
    assert.deepEqual(await requester.waiting(), [['task', 2]]);
    assert.deepEqual((await requester.serve()).newest, [2]);
  }),
  requests(
    'later ones put a debounced run off no longer than the maxDelay of the first',
    async (requester, harness) => {
      for (let nth = 1; nth <= 6; nth++) {
        await requester.debounced([nth]);
        await harness.advance(4 * MINUTE);
      }
      assert.deepEqual(await requester.waiting(), [['task', 6]]);
      assert.deepEqual((await requester.serve()).count, 6);
    },
  ),
  requests('a retry does not take what is debounced along', async (requester, harness) => {
    await requester.add([1]);
    const { token } = await requester.pickUp();
    await requester.settle(token, 'failed');
    await harness.advance(SECOND);
    await requester.debounced([2]);
    assert.deepEqual((await requester.serve()).newest, [1]);
    assert.deepEqual(await requester.waiting(5 * MINUTE), [['task', 1]]);
  }),
];

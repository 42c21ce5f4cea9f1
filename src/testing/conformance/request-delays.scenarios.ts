import { strict as assert } from 'node:assert';
import type { ConformanceScenario } from './conformance-harness.js';
import { requests, SECOND } from './requester.js';

/** When requests are due. */
export const requestDelaysScenarios: readonly ConformanceScenario[] = [
  requests('nothing is due before its delay; the look ahead says in how long', async (asker, harness) => {
    await asker.add([1], { delay: 10 * SECOND });
    assert.deepEqual(await asker.waiting(), []);
    assert.equal((await asker.pickUp()).args, undefined);
    const [waiting] = await harness.store.requests!.waiting({
      horizon: 10 * SECOND,
      tasks: ['task'],
      except: [],
    });
    assert.ok(waiting && waiting.dueIn > 5 * SECOND && waiting.dueIn <= 10 * SECOND);
    await harness.advance(10 * SECOND);
    assert.deepEqual(await asker.waiting(), [['task', 1]]);
    assert.equal((await asker.pickUp()).count, 1);
  }),
  requests('one that is not due does not go with one that is', async (asker) => {
    await asker.add([1], { delay: 10 * SECOND });
    await asker.add([2]);
    assert.deepEqual((await asker.serve()).count, 1);
    assert.deepEqual(await asker.waiting(10 * SECOND), [['task', 1]]);
  }),
  requests('later ones put a debounced run off, until their delay is over', async (asker, harness) => {
    await asker.debounced([1]);
    await harness.advance(4 * SECOND);
    await asker.debounced([2]);
    await harness.advance(4 * SECOND);
    assert.deepEqual(await asker.waiting(), []);
    assert.equal((await asker.pickUp()).args, undefined);
    await harness.advance(1 * SECOND);
    assert.deepEqual(await asker.waiting(), [['task', 2]]);
    assert.deepEqual((await asker.serve()).newest, [2]);
  }),
  requests('and no longer than the longest delay of the first', async (asker, harness) => {
    for (let nth = 1; nth <= 6; nth++) {
      await asker.debounced([nth]);
      await harness.advance(4 * SECOND);
    }
    assert.deepEqual(await asker.waiting(), [['task', 6]]);
    assert.deepEqual((await asker.serve()).count, 6);
  }),
  requests('a retry does not take what is debounced along', async (asker, harness) => {
    await asker.add([1]);
    const { token } = await asker.pickUp();
    await asker.settle(token, 'failed');
    await harness.advance(SECOND);
    await asker.debounced([2]);
    assert.deepEqual((await asker.serve()).newest, [1]);
    assert.deepEqual(await asker.waiting(5 * SECOND), [['task', 1]]);
  }),
];

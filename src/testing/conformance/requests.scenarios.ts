import { strict as assert } from 'node:assert';
import type { ConformanceScenario } from './conformance-harness.js';
import { call, Player, scenario } from './player.js';
import { ATTEMPTS, Requester, requests, SECOND } from './requester.js';

/** Who picks up what, and what stays. */
export const requestsScenarios: readonly ConformanceScenario[] = [
  requests(
    'any number are one run with the newest arguments, and gone when it has succeeded',
    async (asker) => {
      for (let nth = 1; nth <= 30; nth++) await asker.add([nth]);
      assert.deepEqual(await asker.waiting(), [['task', 30]]);
      const { count, newest, parked } = await asker.serve();
      assert.deepEqual({ count, newest, parked }, { count: 30, newest: [30], parked: 0 });
      assert.deepEqual(await asker.waiting(), []);
      assert.equal((await asker.pickUp()).args, undefined);
    },
  ),
  requests('what was asked for after an instant stays, where that is asked', async (asker, harness) => {
    await asker.add([1]);
    await harness.advance(SECOND);
    const before = new Date(await harness.now());
    await harness.advance(SECOND);
    await asker.add([2]);
    const { count, newest } = await asker.pickUp(before);
    assert.deepEqual({ count, newest }, { count: 1, newest: [1] });
  }),
  requests('what is asked for during a run stays, and is one more', async (asker) => {
    await asker.add([1]);
    const { token } = await asker.pickUp();
    await asker.add([2]);
    await asker.add([3]);
    await asker.settle(token, 'succeeded');
    const { count, newest } = await asker.serve();
    assert.deepEqual({ count, newest }, { count: 2, newest: [3] });
  }),
  requests(
    'a run that dies leaves them to the next, and a stale one removes nothing of it',
    async (asker) => {
      await asker.add([1]);
      const dead = await asker.pickUp();
      await asker.afterDeath();
      const next = await asker.pickUp();
      assert.deepEqual(next.newest, [1]);
      await asker.settle(dead.token, 'succeeded');
      await asker.settle(next.token, 'aborted');
      assert.deepEqual((await asker.serve()).newest, [1]);
    },
  ),
  requests('names have requests of their own, and say of which task and key', async (asker, { store }) => {
    await asker.add([1]);
    await asker.add([2], { name: 'export:5', task: 'export', key: '5' });
    assert.equal((await asker.serve()).count, 1);
    const [waiting, ...others] = await store.requests!.waiting({
      horizon: 0,
      tasks: ['task', 'export'],
      except: [],
    });
    assert.deepEqual(
      [waiting?.name, waiting?.task, waiting?.key, others.length],
      ['export:5', 'export', '5', 0],
    );
  }),
  scenario('requests', 'nothing waits whose lock is held by a run', async (harness, a) => {
    const { store } = harness;
    if (!store.requests) return;
    const asker = new Requester(harness, store.requests);
    await store.prepare(['task']);
    await asker.add([1]);
    const won = await a.win(call);
    assert.deepEqual(await asker.waiting(), []);
    await a.release(won.token, { tick: 'call', minHold: 0 });
    assert.deepEqual(await asker.waiting(), [['task', 1]]);
    await a.win(call);
    await harness.advance(10 * 60 * SECOND);
    assert.deepEqual(await asker.waiting(), [['task', 1]], 'its run is dead');
  }),
  requests(
    "a run that has lost its lock picks up nothing: it would settle what is another one's",
    async (asker, harness) => {
      const { token } = await new Player(harness).win(call);
      await asker.add([1]);
      await asker.afterDeath();
      const run = { name: 'task', token, attempts: ATTEMPTS };
      assert.equal((await harness.store.requests!.pickUp(run)).count, 0);
      const next = await asker.pickUp();
      assert.equal(next.count, 1);
      assert.equal((await harness.store.requests!.pickUp(run)).count, 0);
      await asker.settle(next.token, 'failed');
      assert.deepEqual(await asker.waiting(SECOND), [['task', 1]]);
    },
  ),
  requests('other tasks and names that are left out hide nothing', async (asker, harness) => {
    for (let nth = 0; nth < 1_100; nth++)
      await asker.add([nth], { name: `gone:${nth}`, task: 'gone', key: String(nth) });
    await asker.add([1]);
    await asker.add([2], { name: 'export:5', task: 'export', key: '5' });
    assert.deepEqual(await asker.waiting(0, ['export:5']), [['task', 1]]);
    assert.deepEqual(await harness.store.requests!.unknown(['task', 'export'], 60 * SECOND), []);
    await harness.advance(60 * SECOND);
    const unknown = await harness.store.requests!.unknown(['task', 'export'], 60 * SECOND);
    assert.deepEqual(
      unknown.map(({ task, count }) => [task, count]),
      [['gone', 1_100]],
    );
  }),
  requests('a task with many names hides no other task', async (asker, harness) => {
    for (let nth = 0; nth < 1_100; nth++)
      await asker.add([nth], { name: `export:${nth}`, task: 'export', key: String(nth) });
    await harness.advance(SECOND);
    await asker.add([1]);
    const found = await asker.waiting();
    assert.deepEqual(
      found.filter(([name]) => name === 'task'),
      [['task', 1]],
    );
    assert.match(found[0]?.[0] ?? '', /^export:/, 'the longest due first');
  }),
  requests(
    'a key that no text of the store can hold has its requests all the same',
    async (asker, harness) => {
      await asker.add([1], { name: 'export::digest', task: 'export', key: 'a\0\ud800' });
      const search = { horizon: 0, tasks: ['export'], except: [] };
      const [waiting] = await harness.store.requests!.waiting(search);
      assert.equal(waiting?.name, 'export::digest');
    },
  ),
];

import { strict as assert } from 'node:assert';
import type { ConformanceScenario } from './conformance-harness.js';
import { call, Player, scenario } from './player.js';
import { ATTEMPTS, Requester, requests, SECOND } from './requester.js';

/** Who picks up what, and what stays. */
export const requestsScenarios: readonly ConformanceScenario[] = [
  requests(
    'any number are one run with the newest arguments, and gone when it has succeeded',
    async (requester) => {
      for (let nth = 1; nth <= 30; nth++) await requester.add([nth]);
      assert.deepEqual(await requester.waiting(), [['task', 30]]);
      const { count, newest, parked } = await requester.serve();
      assert.deepEqual({ count, newest, parked }, { count: 30, newest: [30], parked: 0 });
      assert.deepEqual(await requester.waiting(), []);
      assert.equal((await requester.pickUp()).args, undefined);
    },
  ),
  requests('a pick-up with an instant leaves what was published after it', async (requester, harness) => {
    await requester.add([1]);
    await harness.advance(SECOND);
    const before = new Date(await harness.now());
    await harness.advance(SECOND);
    await requester.add([2]);
    const { count, newest } = await requester.pickUp(before);
    assert.deepEqual({ count, newest }, { count: 1, newest: [1] });
  }),
  requests('what is published during a run stays, and is one more run', async (requester) => {
    await requester.add([1]);
    const { token } = await requester.pickUp();
    await requester.add([2]);
    await requester.add([3]);
    await requester.settle(token, 'succeeded');
    const { count, newest } = await requester.serve();
    assert.deepEqual({ count, newest }, { count: 2, newest: [3] });
  }),
  requests(
    'a run that dies leaves them to the next, and a stale one removes nothing of it',
    async (requester) => {
      await requester.add([1]);
      const dead = await requester.pickUp();
      await requester.afterDeath();
      const next = await requester.pickUp();
      assert.deepEqual(next.newest, [1]);
      await requester.settle(dead.token, 'succeeded');
      await requester.settle(next.token, 'aborted');
      assert.deepEqual((await requester.serve()).newest, [1]);
    },
  ),
  requests(
    'names have requests of their own, and say of which task and key',
    async (requester, { store }) => {
      await requester.add([1]);
      await requester.add([2], { name: 'export:5', task: 'export', key: '5' });
      assert.equal((await requester.serve()).count, 1);
      const [waiting, ...others] = await store.requests!.waiting({
        horizon: 0,
        tasks: ['task', 'export'],
        except: [],
      });
      assert.deepEqual(
        [waiting?.name, waiting?.task, waiting?.key, others.length],
        ['export:5', 'export', '5', 0],
      );
    },
  ),
  scenario('requests', 'nothing waits whose lock is held by a run', async (harness, a) => {
    const { store } = harness;
    if (!store.requests) return;
    const requester = new Requester(harness, store.requests);
    await store.prepare(['task']);
    await requester.add([1]);
    const won = await a.win(call);
    assert.deepEqual(await requester.waiting(), []);
    await a.release(won.token, { tick: 'call', minHold: 0 });
    assert.deepEqual(await requester.waiting(), [['task', 1]]);
    await a.win(call);
    await harness.advance(10 * 60 * SECOND);
    assert.deepEqual(await requester.waiting(), [['task', 1]], 'its run is dead');
  }),
  requests(
    "a run that has lost its lock picks up nothing: it would settle its successor's requests",
    async (requester, harness) => {
      const { token } = await new Player(harness).win(call);
      await requester.add([1]);
      await requester.afterDeath();
      const run = { name: 'task', token, attempts: ATTEMPTS };
      assert.equal((await harness.store.requests!.pickUp(run)).count, 0);
      const next = await requester.pickUp();
      assert.equal(next.count, 1);
      assert.equal((await harness.store.requests!.pickUp(run)).count, 0);
      await requester.settle(next.token, 'failed');
      assert.deepEqual(await requester.waiting(SECOND), [['task', 1]]);
    },
  ),
  requests('other tasks and names that are left out hide nothing', async (requester, harness) => {
    for (let nth = 0; nth < 1_100; nth++)
      await requester.add([nth], { name: `gone:${nth}`, task: 'gone', key: String(nth) });
    await requester.add([1]);
    await requester.add([2], { name: 'export:5', task: 'export', key: '5' });
    assert.deepEqual(await requester.waiting(0, ['export:5']), [['task', 1]]);
    assert.deepEqual(await harness.store.requests!.unknown(['task', 'export'], 60 * SECOND), []);
    await harness.advance(60 * SECOND);
    const unknown = await harness.store.requests!.unknown(['task', 'export'], 60 * SECOND);
    assert.deepEqual(
      unknown.map(({ task, count }) => [task, count]),
      [['gone', 1_100]],
    );
  }),
  requests('a task with many names hides no other task', async (requester, harness) => {
    for (let nth = 0; nth < 1_100; nth++)
      await requester.add([nth], { name: `export:${nth}`, task: 'export', key: String(nth) });
    await harness.advance(SECOND);
    await requester.add([1]);
    const found = await requester.waiting();
    assert.deepEqual(
      found.filter(([name]) => name === 'task'),
      [['task', 1]],
    );
    assert.match(found[0]?.[0] ?? '', /^export:/, 'the longest due first');
  }),
  requests(
    'a key that no text of the store can hold has its requests all the same',
    async (requester, harness) => {
      await requester.add([1], { name: 'export::digest', task: 'export', key: 'a\0\ud800' });
      const search = { horizon: 0, tasks: ['export'], except: [] };
      const [waiting] = await harness.store.requests!.waiting(search);
      assert.equal(waiting?.name, 'export::digest');
    },
  ),
];

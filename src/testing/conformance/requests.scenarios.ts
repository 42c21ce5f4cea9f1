import { strict as assert } from 'node:assert';
import type { NewRequest, PickedUp, RequestStore, SettledRun } from '../../requests/request-store.js';
import type { ConformanceHarness, ConformanceScenario } from './conformance-harness.js';
import { call, LEASE, Player, scenario } from './player.js';

const SECOND = 1_000;
const ATTEMPTS = 3;

/** Asks and serves as a run does, for the lock `task`. */
class Requester {
  private readonly player: Player;

  constructor(
    private readonly harness: ConformanceHarness,
    private readonly store: RequestStore,
  ) {
    this.player = new Player(harness);
  }

  add(args: unknown[], terms: Partial<NewRequest> = {}): Promise<void> {
    return this.store.add({ name: 'task', task: 'task', args: JSON.stringify(args), delay: 0, ...terms });
  }

  debounced(args: unknown[]): Promise<void> {
    return this.add(args, { delay: 5 * SECOND, maxDelay: 20 * SECOND });
  }

  /** Takes the lock, picks up what is due, and answers with it and the token to settle it with. */
  async pickUp(before?: Date): Promise<PickedUp & { token: string; newest: unknown }> {
    const { token } = await this.player.win(call);
    const picked = await this.store.pickUp({ name: 'task', token, attempts: ATTEMPTS }, before);
    if (picked.args === undefined) await this.release(token);
    return { ...picked, token, newest: picked.args === undefined ? undefined : JSON.parse(picked.args) };
  }

  /** The lease of a run that died is over. */
  async afterDeath(): Promise<void> {
    await this.harness.advance(LEASE);
  }

  async settle(token: string, outcome: SettledRun['outcome'], error?: string) {
    const settled = await this.store.settle({ name: 'task', token, attempts: ATTEMPTS, outcome, error });
    await this.release(token);
    return settled;
  }

  async serve(): Promise<PickedUp & { newest: unknown }> {
    const picked = await this.pickUp();
    if (picked.args !== undefined) await this.settle(picked.token, 'succeeded');
    return picked;
  }

  async waiting(horizon = 0, except: string[] = []): Promise<[string, number][]> {
    const found = await this.store.waiting({ horizon, tasks: ['task', 'export'], except });
    return found.map(({ name, count }) => [name, count]);
  }

  private release(token: string): Promise<string> {
    return this.player.release(token, { tick: 'call', minHold: 0 });
  }
}

function requests(
  name: string,
  run: (requester: Requester, harness: ConformanceHarness) => Promise<void>,
): ConformanceScenario {
  return scenario('requests', name, async (harness) => {
    const { store } = harness;
    if (store.requests) await run(new Requester(harness, store.requests), harness);
  });
}

/** What a store with requests must do; one without is not asked. */
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
  requests(
    'what a failed run picked up is tried again later, and parked in the end',
    async (asker, harness) => {
      await asker.add([1]);
      for (const retryIn of [1, 4]) {
        const { token } = await asker.pickUp();
        const settled = await asker.settle(token, 'failed', 'no \0 disk');
        assert.deepEqual(settled, { parked: 0, retryIn: retryIn * SECOND });
        assert.deepEqual(await asker.waiting(), []);
        await harness.advance(retryIn * SECOND);
      }
      const { token } = await asker.pickUp();
      assert.deepEqual(await asker.settle(token, 'failed', 'no disk'), { parked: 1, retryIn: undefined });
      await harness.advance(24 * 3_600 * SECOND);
      assert.deepEqual(await asker.waiting(), []);
      assert.equal((await asker.pickUp()).args, undefined);
    },
  ),
  requests(
    'one that failed goes with the next that is due: alone it would run later, with older arguments',
    async (asker) => {
      await asker.add([1]);
      const { token } = await asker.pickUp();
      await asker.settle(token, 'failed');
      await asker.add([2]);
      const { count, newest } = await asker.serve();
      assert.deepEqual({ count, newest }, { count: 2, newest: [2] });
    },
  ),
  requests('a retry does not take what is debounced along', async (asker, harness) => {
    await asker.add([1]);
    const { token } = await asker.pickUp();
    await asker.settle(token, 'failed');
    await harness.advance(SECOND);
    await asker.debounced([2]);
    assert.deepEqual((await asker.serve()).newest, [1]);
    assert.deepEqual(await asker.waiting(5 * SECOND), [['task', 1]]);
  }),
  requests('one whose runs die each time is parked after as many attempts', async (asker) => {
    await asker.add([1]);
    for (let nth = 1; nth <= ATTEMPTS; nth++) {
      assert.equal((await asker.pickUp()).count, 1);
      await asker.afterDeath();
    }
    await asker.add([2]);
    const { count, newest, parked } = await asker.pickUp();
    assert.deepEqual({ count, newest, parked }, { count: 1, newest: [2], parked: 1 });
  }),
  requests('a run that a shutdown cut off was no attempt', async (asker) => {
    await asker.add([1]);
    for (let nth = 1; nth <= 2 * ATTEMPTS; nth++) {
      const { token, count } = await asker.pickUp();
      assert.equal(count, 1);
      await asker.settle(token, 'aborted');
    }
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
  requests(
    'a call takes along what failed before, due or not: it would run later with older arguments',
    async (asker, harness) => {
      await asker.add([1]);
      const { token } = await asker.pickUp();
      await asker.settle(token, 'failed');
      await harness.advance(10);
      const { count } = await asker.pickUp(new Date(await harness.now()));
      assert.equal(count, 1);
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
  requests(
    'a key that no text of the store can hold has its requests all the same',
    async (asker, harness) => {
      await asker.add([1], { name: 'export::digest', task: 'export', key: 'a\0\ud800' });
      const search = { horizon: 0, tasks: ['export'], except: [] };
      const [waiting] = await harness.store.requests!.waiting(search);
      assert.equal(waiting?.name, 'export::digest');
    },
  ),
  requests('many attempts grow no delay beyond all bounds', async (asker, harness) => {
    const requests = harness.store.requests!;
    await asker.add([1]);
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

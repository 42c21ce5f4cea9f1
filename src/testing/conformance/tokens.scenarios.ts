import { strict as assert } from 'node:assert';
import type { ConformanceScenario } from './conformance-harness.js';
import { at, call, kept, LEASE, MINUTE, minuteOf, scenario } from './player.js';

export const tokensScenarios: readonly ConformanceScenario[] = [
  scenario('6 token', 'a repeated attempt with the same token is the same claim', async (harness, a) => {
    const request = a.request(at(await minuteOf(harness)));
    const [first] = await harness.store.claim([request]);
    const [again] = await harness.store.claim([request]);
    assert.equal(first?.status, 'won');
    assert.equal(again?.status, 'won');
    assert.equal(again?.status === 'won' && again.fence, first?.status === 'won' && first.fence);
  }),
  scenario(
    '6 token',
    'the same token wins again even after its lease, until another replica claims',
    async (harness, a, b) => {
      const tick = await minuteOf(harness);
      const request = a.request(at(tick));
      await harness.store.claim([request]);
      await harness.advance(LEASE + MINUTE);
      const [again] = await harness.store.claim([request]);
      assert.equal(again?.status, 'won');
      await b.win(at(tick + 6 * MINUTE));
      const [late] = await harness.store.claim([request]);
      assert.notEqual(late?.status, 'won');
    },
  ),
  scenario(
    '6 token',
    'an attempt that arrives after its own run is finished does not start another run',
    async (harness, a) => {
      const request = a.request(call);
      await harness.store.claim([request]);
      await a.release(request.token, { tick: 'call', minHold: 0 });
      const [late] = await harness.store.claim([request]);
      assert.notEqual(late?.status, 'won');
      assert.notEqual((await harness.row('task'))?.finishedAt, null);
    },
  ),
  scenario('6 token', 'a returned tick can be claimed again, and none before it', async (harness, a, b) => {
    const tick = await minuteOf(harness);
    const { token } = await a.win(at(tick));
    assert.equal(await a.release(token, { outcome: 'returned' }), 'released');
    assert.notEqual((await b.claim(at(tick - MINUTE))).status, 'won');
    await b.win(at(tick));
  }),
  scenario(
    '6 token',
    'a returned call and a returned kept tick can be claimed again',
    async (harness, a, b) => {
      const direct = await a.win(call, { minHold: MINUTE });
      await a.release(direct.token, { tick: 'call', minHold: MINUTE, stepBack: MINUTE, outcome: 'returned' });
      await b.win(call, { minHold: MINUTE });
      const first = await a.win(kept(MINUTE), { name: 'kept' });
      const end = { name: 'kept', tick: 'kept', stepBack: MINUTE, outcome: 'returned' } as const;
      await a.release(first.token, end);
      await b.win(kept(MINUTE), { name: 'kept' });
    },
  ),
  scenario(
    'fence',
    'the fence grows with every claim, and is at least the epoch milliseconds',
    async (harness, a, b) => {
      const tick = await minuteOf(harness);
      let last = 0n;
      for (let index = 0; index < 3; index++) {
        const now = await harness.now();
        const { token, fence } = await (index === 1 ? b : a).win(call);
        assert.ok(fence > last && fence >= BigInt(Math.floor(now)));
        last = fence;
        await a.release(token, { tick: 'call', minHold: 0 });
      }
      assert.ok((await a.win(at(tick))).fence > last);
    },
  ),

  scenario('fence', "the fence grows even if the store's clock is set back", async (harness, a, b) => {
    const { token, fence } = await a.win(call);
    await a.release(token, { tick: 'call', minHold: 0 });
    await harness.advance(-10 * MINUTE);
    assert.ok((await b.win(call)).fence > fence);
  }),
];

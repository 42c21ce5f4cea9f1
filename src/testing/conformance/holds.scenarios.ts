import { strict as assert } from 'node:assert';
import type { ConformanceScenario } from './conformance-harness.js';
import { at, call, kept, LEASE, MINUTE, minuteOf, scenario } from './player.js';

export const holdsScenarios: readonly ConformanceScenario[] = [
  scenario(
    '3 who may claim',
    'a lease that is over can be claimed by another replica',
    async (harness, a, b) => {
      const tick = await minuteOf(harness);
      await a.win(at(tick));
      await harness.advance(LEASE - MINUTE / 2);
      assert.equal((await b.claim(at(tick + 4 * MINUTE))).status, 'held');
      await harness.advance(MINUTE);
      await b.win(at(tick + 5 * MINUTE));
    },
  ),
  scenario(
    '3 who may claim',
    'the minimum hold counts from tick to tick, after the release and on every replica',
    async (harness, a, b) => {
      const tick = await minuteOf(harness);
      const { token } = await a.win(at(tick));
      await a.release(token);
      await harness.advance(MINUTE);
      const refused = await b.claim(at(tick + 0.8 * MINUTE));
      assert.equal(refused.status, 'held');
      assert.equal(refused.status === 'held' && refused.heldUntil?.getTime(), tick + 0.9 * MINUTE);
      await b.win(at(tick + 0.9 * MINUTE));
    },
  ),
  scenario('3 who may claim', 'a late start does not push the next tick away', async (harness, a, b) => {
    const tick = await minuteOf(harness);
    await harness.advance(tick + MINUTE - 2_000 - (await harness.now()));
    const { token } = await a.win(at(tick));
    await a.release(token);
    await harness.advance(2_500);
    await b.win(at(tick + MINUTE));
  }),
  scenario('3 who may claim', 'a crash does not shorten the minimum hold', async (harness, a, b) => {
    const tick = await minuteOf(harness);
    await a.win(at(tick), { lease: MINUTE / 10 });
    await harness.advance(MINUTE);
    assert.equal((await b.claim(at(tick + MINUTE / 2))).status, 'held');
  }),
  scenario(
    '3 who may claim',
    "the claimer's own minimum hold decides, so a shortened interval takes effect at once",
    async (harness, a, b) => {
      const tick = await minuteOf(harness);
      const { token } = await a.win(at(tick), { minHold: 20 * MINUTE });
      await a.release(token, { minHold: 20 * MINUTE });
      await harness.advance(MINUTE);
      assert.equal((await b.claim(at(tick + MINUTE), { minHold: 20 * MINUTE })).status, 'held');
      await b.win(at(tick + MINUTE), { minHold: MINUTE / 2 });
    },
  ),
  scenario('3 who may claim', 'a call without a tick leaves the last tick alone', async (harness, a, b) => {
    const tick = await minuteOf(harness);
    const first = await a.win(at(tick));
    await a.release(first.token);
    const direct = await b.win(call);
    assert.equal(direct.scheduledTime, undefined);
    assert.equal((await harness.row('task'))?.lastTick, tick);
    await b.release(direct.token, { tick: 'call', minHold: 0 });
    assert.equal((await harness.row('task'))?.lastTick, tick);
    await harness.advance(MINUTE);
    await b.win(at(tick + MINUTE));
  }),
  scenario('3 who may claim', 'a call is refused while a run is in progress', async (harness, a, b) => {
    const { token } = await a.win(call);
    assert.equal((await b.claim(call)).status, 'held');
    await a.release(token, { tick: 'call', minHold: 0 });
    await b.win(call);
  }),
  scenario(
    '3 who may claim',
    'a call with a minimum hold counts it from the last start',
    async (harness, a, b) => {
      const { token } = await a.win(call, { minHold: MINUTE });
      await harness.advance(MINUTE / 2);
      await a.release(token, { tick: 'call', minHold: MINUTE });
      assert.equal((await b.claim(call, { minHold: MINUTE })).status, 'held');
      await harness.advance(MINUTE / 2 + 1_000);
      await b.win(call, { minHold: MINUTE });
    },
  ),
  scenario(
    '3 kept ticks',
    'a kept tick steps by the interval, can be claimed a tenth of it early, and no sooner',
    async (harness, a, b) => {
      const first = await a.win(kept(MINUTE), { minHold: 0 });
      const tick = first.scheduledTime!.getTime();
      await a.release(first.token, { tick: 'kept' });
      await harness.advance(tick + 0.88 * MINUTE - (await harness.now()));
      assert.equal((await b.claim(kept(MINUTE), { minHold: 0 })).status, 'held');
      await harness.advance(0.04 * MINUTE);
      const second = await b.win(kept(MINUTE), { minHold: 0 });
      assert.equal(second.scheduledTime?.getTime(), tick + MINUTE);
    },
  ),
  scenario(
    '3 kept ticks',
    'a kept tick that is more than one interval behind starts again from now',
    async (harness, a, b) => {
      const first = await a.win(kept(MINUTE));
      await a.release(first.token, { tick: 'kept' });
      await harness.advance(7.5 * MINUTE);
      const now = await harness.now();
      const second = await b.win(kept(MINUTE));
      assert.ok(second.scheduledTime!.getTime() >= Math.floor(now));
    },
  ),
  scenario(
    '3 kept ticks',
    'a lowered interval does not wait for a tick that the longer one kept ahead',
    async (harness, a, b) => {
      const day = 1_440 * MINUTE;
      const first = await a.win(kept(day), { minHold: 0 });
      await a.release(first.token, { tick: 'kept', minHold: 0 });
      await harness.advance(0.9 * day + MINUTE);
      const early = await a.win(kept(day), { minHold: 0 });
      await a.release(early.token, { tick: 'kept', minHold: 0 });
      assert.equal((await b.claim(kept(60 * MINUTE), { minHold: 0 })).status, 'held');
      await harness.advance(55 * MINUTE);
      await b.win(kept(60 * MINUTE), { minHold: 0 });
      assert.ok((await harness.row('task'))!.lastTick <= (await harness.now()) + 6 * MINUTE);
    },
  ),
  scenario(
    'last holders',
    'the last run of a name is told, also while it is in progress; a name that never ran is left out',
    async (harness, a, b) => {
      const { store } = harness;
      if (!store.lastHolders) return;
      await store.prepare(['task', 'never']);
      const first = await a.win(at(await minuteOf(harness)));
      await a.release(first.token);
      await harness.advance(2 * MINUTE);
      const second = await b.win(at(await minuteOf(harness)));
      const holders = await store.lastHolders(['task', 'never', 'unknown']);
      assert.deepEqual(holders, [{ name: 'task', heldBy: 'replica-b', startedAt: second.startedAt }]);
    },
  ),
];

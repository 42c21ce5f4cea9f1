import { strict as assert } from 'node:assert';
import type { ConformanceScenario } from './conformance-harness.js';
import { abandoned, at, call, kept, LEASE, MINUTE, minuteOf, scenario } from './player.js';

const recover = { recover: true };

export const recoveryScenarios: readonly ConformanceScenario[] = [
  scenario('recovery', 'the tick of a run that died runs again after its lease', async (harness, a, b) => {
    const tick = await minuteOf(harness);
    const dead = await a.win(at(tick), recover);
    assert.deepEqual([dead.recovering, dead.previous], [false, undefined]);
    const refused = await b.claim(abandoned, recover);
    assert.equal(refused.status, 'held');
    assert.equal(refused.status === 'held' && refused.heldUntil?.getTime(), dead.lockedUntil.getTime());
    await harness.advance(LEASE);
    const again = await b.win(abandoned, recover);
    assert.equal(again.scheduledTime?.getTime(), tick);
    assert.equal(again.recovering, true);
    const { startedAt, fence } = dead;
    assert.deepEqual(again.previous, { replica: 'replica-a', startedAt, fence, trigger: 'tick' });
    assert.ok(!again.leftOpen);
    assert.ok(again.fence > fence);
  }),
  scenario(
    'recovery',
    'a late replica that claims the dead tick by its instant recovers it too',
    async (harness, a, b) => {
      const tick = await minuteOf(harness);
      await a.win(at(tick), recover);
      await harness.advance(LEASE);
      assert.equal((await b.claim(at(tick))).status, 'done');
      assert.equal((await b.win(at(tick), recover)).recovering, true);
    },
  ),
  scenario(
    'recovery',
    'a repeated attempt to recover with the same token is the same claim',
    async (harness, a, b) => {
      await a.win(at(await minuteOf(harness)), recover);
      await harness.advance(LEASE);
      const request = b.request(abandoned, recover);
      await harness.store.claim([request]);
      const [again] = await harness.store.claim([request]);
      assert.equal(again?.status === 'won' && again.recovering, true);
    },
  ),
  scenario(
    'recovery',
    'a tick is recovered once, or it would kill every replica in turn',
    async (harness, a, b) => {
      await a.win(at(await minuteOf(harness)), recover);
      await harness.advance(LEASE);
      await b.win(abandoned, recover);
      await harness.advance(LEASE);
      assert.equal((await a.claim(abandoned, recover)).status, 'done');
      // Nor does the next run recover it.
      assert.equal((await a.win(call)).recovering, false);
    },
  ),
  scenario(
    'recovery',
    'a newer tick supersedes the recovery, and is told of the dead run',
    async (harness, a, b) => {
      const tick = await minuteOf(harness);
      const dead = await a.win(at(tick), recover);
      await harness.advance(LEASE);
      const newer = await b.win(at(tick + LEASE), recover);
      assert.equal(newer.recovering, false);
      assert.equal(newer.previous?.fence, dead.fence);
      assert.equal((await a.claim(abandoned, recover)).status, 'held');
      await b.release(newer.token);
      assert.equal((await a.claim(abandoned, recover)).status, 'done');
    },
  ),
  scenario(
    'recovery',
    'a finished run, a run without recover and a direct call leave no tick behind',
    async (harness, a, b) => {
      const tick = await minuteOf(harness);
      const { token } = await a.win(at(tick), recover);
      await a.release(token, { durable: true });
      assert.equal((await b.claim(abandoned, recover)).status, 'done');
      await a.win(at(tick), { name: 'without' });
      await a.win(call, { ...recover, name: 'called' });
      await harness.advance(LEASE);
      for (const name of ['without', 'called', 'never claimed']) {
        assert.equal((await b.claim(abandoned, { ...recover, name })).status, 'done');
      }
    },
  ),
  scenario(
    'recovery',
    'a kept tick is recovered as it was, and the next one keeps its distance',
    async (harness, a, b) => {
      const dead = await a.win(kept(10 * MINUTE), recover);
      await harness.advance(LEASE);
      const again = await b.win(abandoned, recover);
      assert.equal(again.scheduledTime?.getTime(), dead.scheduledTime?.getTime());
      await b.release(again.token, { tick: 'abandoned' });
      assert.equal((await a.claim(kept(10 * MINUTE), recover)).status, 'held');
      await harness.advance(5 * MINUTE);
      await a.win(kept(10 * MINUTE), recover);
    },
  ),
  scenario(
    'recovery',
    'the tick of a run that a shutdown aborted can be recovered at once, however often',
    async (harness, a, b) => {
      const tick = await minuteOf(harness);
      let { token } = await a.win(at(tick), recover);
      for (let shutdowns = 0; shutdowns < 2; shutdowns++) {
        assert.equal(await a.release(token, { outcome: 'aborted', durable: true }), 'released');
        assert.equal(await a.release(token, { outcome: 'aborted', durable: true }), 'gone');
        const again = await b.win(abandoned, recover);
        assert.deepEqual([again.recovering, again.scheduledTime?.getTime()], [true, tick]);
        assert.equal(again.leftOpen, true);
        ({ token } = again);
      }
      await harness.advance(LEASE);
      assert.equal((await a.claim(abandoned, recover)).status, 'done');
    },
  ),
  scenario('recovery', 'an aborted run without recover is finished', async (harness, a, b) => {
    const tick = await minuteOf(harness);
    const { token } = await a.win(at(tick));
    await a.release(token, { outcome: 'aborted' });
    const row = await harness.row('task');
    assert.deepEqual([row?.outcome, row?.finishedAt === null], ['aborted', false]);
    assert.equal((await b.claim(at(tick), recover)).status, 'done');
  }),
  scenario('recovery', 'a recovery that is returned can be claimed again', async (harness, a, b) => {
    const tick = await minuteOf(harness);
    await a.win(at(tick), recover);
    await harness.advance(LEASE);
    const { token } = await b.win(abandoned, recover);
    await b.release(token, { tick: 'abandoned', outcome: 'returned' });
    assert.equal((await harness.row('task'))?.lastTick, tick);
    const again = await a.win(abandoned, recover);
    assert.deepEqual([again.recovering, again.scheduledTime?.getTime()], [true, tick]);
  }),
];

import { strict as assert } from 'node:assert';
import type { Cancellation } from '../../store/lock-store.js';
import type { ConformanceHarness, ConformanceScenario } from './conformance-harness.js';
import { operatedAs, STEERING } from './operating.js';
import type { OperatedScenario } from './operating.js';
import { abandoned, at, call, LEASE, MINUTE, minuteOf } from './player.js';

const cancels = (name: string, run: OperatedScenario): ConformanceScenario => operatedAs('cancel', name, run);

/** What a renewal says of a cancel; fails where the lock is not renewed. */
async function heard(
  harness: ConformanceHarness,
  token: string,
  name = 'task',
): Promise<Cancellation | undefined> {
  const [answer] = await harness.store.renew([{ name, token, lease: LEASE, maxHold: 10 * LEASE }]);
  assert.equal(answer?.status, 'renewed');
  return answer.cancelled;
}

export const cancelScenarios: readonly ConformanceScenario[] = [
  cancels(
    'a renewal says who cancelled the run and why, and moves the lease',
    async (operator, harness, a) => {
      const { token, fence } = await a.win(call);
      assert.equal(await heard(harness, token), undefined);
      await operator.cancel({ name: 'task', task: 'task', fence }, STEERING);
      await harness.advance(LEASE - MINUTE);
      assert.deepEqual(await heard(harness, token), STEERING);
      await harness.advance(LEASE - MINUTE);
      assert.deepEqual(await heard(harness, token), STEERING);
    },
  ),
  cancels('a cancel without a reason has none', async (operator, harness, a) => {
    const { token, fence } = await a.win(call);
    await operator.cancel({ name: 'task', task: 'task', fence }, { by: 'ana' });
    const told = await heard(harness, token);
    assert.deepEqual([told?.by, told?.reason], ['ana', undefined]);
  }),
  cancels('neither the next run hears of it nor that of another lock', async (operator, harness, a, b) => {
    const { token, fence } = await a.win(call);
    const other = await a.win(call, { name: 'other' });
    await operator.cancel({ name: 'task', task: 'task', fence }, STEERING);
    await a.release(token, { tick: 'call', minHold: 0, outcome: 'cancelled' });
    const next = await b.win(call);
    assert.equal(await heard(harness, next.token), undefined);
    assert.equal(await heard(harness, other.token, 'other'), undefined);
  }),
  cancels(
    'a run that was cancelled ends as cancelled, and its tick is done',
    async (operator, harness, a, b) => {
      const tick = await minuteOf(harness);
      const { token, fence } = await a.win(at(tick), { recover: true });
      await operator.cancel({ name: 'task', task: 'task', fence }, STEERING);
      assert.equal(await a.release(token, { outcome: 'cancelled', error: 'Error: stopped' }), 'released');
      const row = await harness.row('task');
      assert.deepEqual([row?.outcome, row?.error], ['cancelled', 'Error: stopped']);
      assert.equal((await b.claim(at(tick), { recover: true })).status, 'done');
      assert.equal((await b.claim(abandoned, { recover: true })).status, 'done');
    },
  ),
];

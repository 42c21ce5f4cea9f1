import { strict as assert } from 'node:assert';
import type { TickRequest } from '../../store/lock-store.js';
import type { ConformanceScenario } from './conformance-harness.js';
import { at, call, LEASE, MINUTE, minuteOf, scenario } from './player.js';

const HOUR = 60 * MINUTE;

/** A tick that may have been missed. */
const missed = (milliseconds: number, catchupWindow = HOUR): TickRequest => ({
  kind: 'scheduled',
  scheduledTime: new Date(milliseconds),
  catchupWindow,
});

export const missedScenarios: readonly ConformanceScenario[] = [
  scenario(
    'missed ticks',
    'a tick that nobody ran is granted once, and the answer says which tick ran before',
    async (harness, a, b) => {
      const first = await minuteOf(harness);
      await a.release((await a.win(at(first))).token);
      await harness.advance(5 * MINUTE);
      const tick = first + 4 * MINUTE;
      const won = await a.win(missed(tick));
      assert.deepEqual([won.scheduledTime, won.lastTick], [new Date(tick), new Date(first)]);
      await a.release(won.token);
      const late = await b.claim(missed(tick));
      assert.equal(late.status, 'done');
      assert.equal(late.status === 'done' && late.lastTick?.getTime(), tick);
    },
  ),
  scenario('missed ticks', 'a tick that is older than the window is not granted', async (harness, a) => {
    const first = await minuteOf(harness);
    await a.release((await a.win(at(first))).token);
    await harness.advance(20 * MINUTE);
    const tick = first + 2 * MINUTE;
    const refused = await a.claim(missed(tick, 10 * MINUTE));
    assert.equal(refused.status, 'done');
    assert.equal(refused.status === 'done' && refused.lastTick?.getTime(), first);
    await a.win(missed(tick, 30 * MINUTE));
  }),
  scenario('missed ticks', 'a name without a row has missed nothing', async (harness, a) => {
    const tick = await minuteOf(harness);
    assert.equal((await a.claim(missed(tick))).status, 'done');
    await a.win(at(tick));
  }),
  scenario(
    'missed ticks',
    'a name that had its row when the first tick was due has missed it',
    async (harness, a) => {
      await harness.store.prepare(['task']);
      const tick = (await minuteOf(harness)) + MINUTE;
      await harness.advance(3 * MINUTE);
      const won = await a.win(missed(tick));
      assert.equal(won.lastTick, undefined);
    },
  ),
  scenario(
    'missed ticks',
    'a name whose only claim is a call that died has missed no tick',
    async (harness, a) => {
      await a.win(call);
      const tick = (await minuteOf(harness)) + MINUTE;
      await harness.advance(2 * LEASE);
      assert.equal((await a.claim(missed(tick))).status, 'done');
    },
  ),
  scenario(
    'missed ticks',
    'a tick within the minimum hold is held, even if it is older than the window',
    async (harness, a) => {
      const first = await minuteOf(harness);
      const daily = { minHold: 0.9 * 24 * HOUR };
      await a.release((await a.win(at(first), daily)).token, daily);
      await harness.advance(2 * HOUR);
      assert.equal((await a.claim(missed(first + HOUR, MINUTE), daily)).status, 'held');
    },
  ),
  scenario(
    'missed ticks',
    'a tick that falls into a run in progress is held like any other',
    async (harness, a, b) => {
      const first = await minuteOf(harness);
      const running = await a.win(at(first));
      await harness.advance(2 * MINUTE);
      assert.equal((await b.claim(missed(first + MINUTE))).status, 'held');
      await a.release(running.token);
      await b.win(missed(first + MINUTE));
    },
  ),
];

import { strict as assert } from 'node:assert';
import type { ConformanceScenario } from './conformance-harness.js';
import { at, call, MINUTE, minuteOf, scenario } from './player.js';

export const ticksScenarios: readonly ConformanceScenario[] = [
  scenario(
    '4 a tick runs once',
    'a tick that has run is done for replicas whose clocks are late',
    async (harness, a, b) => {
      const tick = await minuteOf(harness);
      const { token } = await a.win(at(tick), { minHold: 0 });
      await a.release(token, { minHold: 0 });
      await harness.advance(3 * MINUTE);
      assert.equal((await b.claim(at(tick), { minHold: 0 })).status, 'done');
      assert.equal((await b.claim(at(tick - MINUTE), { minHold: 0 })).status, 'done');
    },
  ),
  scenario(
    '4 a tick runs once',
    'a claim of the tick that is running now is held, and not done',
    async (harness, a, b) => {
      const tick = await minuteOf(harness);
      await a.win(at(tick));
      assert.equal((await b.claim(at(tick))).status, 'held');
    },
  ),
  scenario(
    '4 a tick runs once',
    'a tick that is not due yet is early, whatever the row says, and the answer says how early',
    async (harness, a, b) => {
      const now = await harness.now();
      const tick = Math.floor(now) + 20_000;
      await b.win(call);
      const early = await a.claim(at(tick));
      assert.equal(early.status, 'early');
      const dueIn = early.status === 'early' ? early.dueIn : NaN;
      assert.ok(dueIn > 0 && dueIn <= tick - now, `due in ${dueIn}`);
    },
  ),
  scenario(
    '4 a tick runs once',
    'a tick that is not due yet is not granted, even if the row is free',
    async (harness, a, b) => {
      const tick = Math.floor(await harness.now()) + 20_000;
      assert.equal((await a.claim(at(tick))).status, 'early');
      await harness.advance(20_000);
      const won = await b.win(at(tick));
      assert.equal(won.scheduledTime?.getTime(), tick);
    },
  ),

  scenario(
    '4 a tick runs once',
    'a tick within the tolerance is granted, with its own time',
    async (harness, a) => {
      const tick = Math.floor(await harness.now()) + 800;
      const won = await a.win(at(tick));
      assert.equal(won.scheduledTime?.getTime(), tick);
    },
  ),
  scenario(
    '5 answers',
    'a claim of a new name makes its row, even in a batch with a known name',
    async (harness, a) => {
      await harness.store.prepare(['known']);
      const tick = await minuteOf(harness);
      const requests = [a.request(at(tick), { name: 'known' }), a.request(at(tick), { name: 'unknown' })];
      const answers = await harness.store.claim(requests);
      assert.deepEqual(
        answers.map(({ status }) => status),
        ['won', 'won'],
      );
    },
  ),
  scenario('7 instants', 'a tick keeps its milliseconds', async (harness, a, b) => {
    const tick = (await minuteOf(harness)) + 123;
    const { token } = await a.win(at(tick), { tolerance: MINUTE, minHold: 0 });
    await a.release(token, { minHold: 0 });
    assert.equal((await harness.row('task'))?.lastTick, tick);
    assert.equal((await b.claim(at(tick), { tolerance: MINUTE, minHold: 0 })).status, 'done');
    await b.win(at(tick + 1), { tolerance: MINUTE, minHold: 0 });
  }),
];

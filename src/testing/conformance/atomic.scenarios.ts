import { strict as assert } from 'node:assert';
import type { ConformanceScenario } from './conformance-harness.js';
import { at, call, LEASE, MINUTE, minuteOf, Player, scenario } from './player.js';

export const atomicScenarios: readonly ConformanceScenario[] = [
  scenario('1 atomic', 'a first claim wins, makes the row, and says what it took', async (harness, a) => {
    const tick = await minuteOf(harness);
    const before = await harness.now();
    const won = await a.win(at(tick));
    assert.equal(won.scheduledTime?.getTime(), tick);
    assert.ok(won.startedAt.getTime() >= Math.floor(before));
    assert.ok(Math.abs(won.lockedUntil.getTime() - won.startedAt.getTime() - LEASE) < 1_000);
    const row = await harness.row('task');
    assert.equal(row?.finishedAt, null);
    assert.equal(row?.lastTick, tick);
  }),
  scenario(
    '1 atomic',
    'a claim of a running task is refused, and is told who holds it and until when',
    async (harness, a, b) => {
      const tick = await minuteOf(harness);
      const won = await a.win(at(tick));
      await harness.advance(MINUTE);
      const refused = await b.claim(at(tick + MINUTE));
      assert.equal(refused.status, 'held');
      assert.equal(refused.status === 'held' && refused.heldBy, 'replica-a');
      assert.equal(refused.status === 'held' && refused.heldUntil?.getTime(), won.lockedUntil.getTime());
    },
  ),
  scenario('1 atomic', 'of many simultaneous claims of one tick, exactly one wins', async (harness) => {
    const tick = await minuteOf(harness);
    const players = Array.from({ length: 12 }, (_, index) => new Player(harness, `replica-${index}`));
    const answers = await Promise.all(players.map((player) => player.claim(at(tick))));
    assert.equal(answers.filter(({ status }) => status === 'won').length, 1);
  }),
  scenario('1 atomic', 'a refused claim changes nothing in the row', async (harness, a, b) => {
    const tick = await minuteOf(harness);
    await a.win(at(tick));
    const before = await harness.row('task');
    await b.claim(at(tick));
    await b.claim(call);
    assert.deepEqual(await harness.row('task'), before);
  }),
  scenario('1 atomic', 'two names are independent of each other', async (harness, a, b) => {
    const tick = await minuteOf(harness);
    await a.win(at(tick), { name: 'one' });
    await b.win(at(tick), { name: 'two' });
  }),
];

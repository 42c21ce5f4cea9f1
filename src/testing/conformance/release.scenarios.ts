import { strict as assert } from 'node:assert';
import type { ConformanceScenario } from './conformance-harness.js';
import { at, call, LEASE, MINUTE, minuteOf, scenario } from './player.js';

const HUNDRED_YEARS = 100 * 366 * 86_400_000;

export const releaseScenarios: readonly ConformanceScenario[] = [
  scenario(
    '8 release',
    'a release ends the run, and records its outcome and the end of the minimum hold',
    async (harness, a) => {
      const tick = await minuteOf(harness);
      const { token } = await a.win(at(tick));
      assert.equal(await a.release(token, { outcome: 'failed', error: 'Error: no\0 luck' }), 'released');
      const row = await harness.row('task');
      assert.notEqual(row?.finishedAt, null);
      assert.equal(row?.outcome, 'failed');
      assert.match(row?.error ?? '', /^Error: no.? luck$/s);
      const now = await harness.now();
      assert.ok(
        row.lockedUntil <= Math.max(now, tick + 0.9 * MINUTE) && row.lockedUntil >= tick + 0.9 * MINUTE,
      );
    },
  ),
  scenario('8 release', 'a stale holder can neither release nor renew', async (harness, a, b) => {
    const tick = await minuteOf(harness);
    const stale = await a.win(at(tick));
    await harness.advance(LEASE + MINUTE);
    const fresh = await b.win(at(tick + 6 * MINUTE));
    const before = await harness.row('task');
    assert.equal(await a.release(stale.token), 'gone');
    assert.equal(await a.renew(stale.token), 'lost');
    assert.deepEqual(await harness.row('task'), before);
    assert.equal(await b.release(fresh.token), 'released');
  }),
  scenario('8 release', 'a release after the lease still records how the run ended', async (harness, a) => {
    const { token } = await a.win(at(await minuteOf(harness)));
    await harness.advance(LEASE + MINUTE);
    assert.equal(await a.release(token), 'released');
    assert.equal((await harness.row('task'))?.outcome, 'succeeded');
  }),
  scenario('8 release', 'a run is released once', async (harness, a) => {
    const { token } = await a.win(at(await minuteOf(harness)));
    assert.equal(await a.release(token), 'released');
    assert.equal(await a.release(token, { outcome: 'failed' }), 'gone');
    assert.equal((await harness.row('task'))?.outcome, 'succeeded');
  }),
  scenario('8 renew', 'a renewal moves the lease, and never past the maximum hold', async (harness, a, b) => {
    const tick = await minuteOf(harness);
    const won = await a.win(at(tick));
    await harness.advance(LEASE - MINUTE);
    assert.equal(await a.renew(won.token, LEASE, 7 * MINUTE), 'renewed');
    const row = await harness.row('task');
    assert.ok(Math.abs(row!.lockedUntil - won.startedAt.getTime() - 7 * MINUTE) < 1_000);
    await harness.advance(2 * MINUTE);
    assert.equal((await b.claim(at(tick + 5 * MINUTE))).status, 'held');
  }),
  scenario(
    '8 renew',
    'a renewal moves the lease of a leader, whose hold is a hundred years',
    async (harness, a) => {
      const won = await a.win(call);
      await harness.advance(LEASE - MINUTE);
      assert.equal(await a.renew(won.token, LEASE, HUNDRED_YEARS), 'renewed');
      const row = await harness.row('task');
      assert.ok(Math.abs(row!.lockedUntil - (await harness.now()) - LEASE) < 1_000);
    },
  ),
  scenario(
    '8 renew',
    'a renewal neither revives a lease that is over nor locks a released row',
    async (harness, a) => {
      const tick = await minuteOf(harness);
      const first = await a.win(at(tick));
      await harness.advance(LEASE + MINUTE);
      assert.equal(await a.renew(first.token), 'lost');
      await a.release(first.token);
      const second = await a.win(at(tick + 6 * MINUTE));
      await a.release(second.token);
      assert.equal(await a.renew(second.token), 'lost');
      assert.notEqual((await harness.row('task'))?.finishedAt, null);
    },
  ),

  scenario('8 renew', 'a renewal never shortens a lease that was extended', async (harness, a, b) => {
    const tick = await minuteOf(harness);
    const won = await a.win(at(tick));
    assert.equal(await a.renew(won.token, 3 * LEASE), 'renewed');
    assert.equal(await a.renew(won.token, MINUTE), 'renewed');
    await harness.advance(2 * LEASE);
    assert.equal((await b.claim(at(tick + 10 * MINUTE))).status, 'held');
  }),
];

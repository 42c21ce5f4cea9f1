import { strict as assert } from 'node:assert';
import { ALL_TASKS } from '../../store/operator-store.js';
import type { TickRequest } from '../../store/lock-store.js';
import type { ConformanceScenario } from './conformance-harness.js';
import { HOUR, operatedAs, STEERING } from './operating.js';
import type { OperatedScenario } from './operating.js';
import { abandoned, at, call, kept, LEASE, MINUTE, minuteOf } from './player.js';
import { Requester } from './requester.js';

const pauses = (name: string, run: OperatedScenario): ConformanceScenario => operatedAs('pause', name, run);

const missed = (milliseconds: number): TickRequest => ({
  kind: 'scheduled',
  scheduledTime: new Date(milliseconds),
  catchupWindow: 10 * HOUR,
});
const recover = { recover: true };

export const pauseScenarios: readonly ConformanceScenario[] = [
  pauses(
    'while a task is paused nothing of it is won, and its row stays as it is',
    async (operator, harness, a) => {
      const tick = await minuteOf(harness);
      await a.win(at(tick - LEASE), recover);
      await harness.advance(2 * LEASE);
      const before = await harness.row('task');
      await operator.pause('task', undefined, STEERING);
      for (const asked of [at(tick), missed(tick), kept(MINUTE), abandoned, call])
        assert.equal((await a.claim(asked, recover)).status, 'paused');
      assert.equal((await a.claim(at(tick + 10 * HOUR))).status, 'paused');
      assert.deepEqual(await harness.row('task'), before);
      await operator.resume('task', STEERING);
      await a.win(at(tick));
    },
  ),
  pauses('a pause of all tasks stops each, and one of a task stops it alone', async (operator, _, a) => {
    await operator.pause('task', undefined, STEERING);
    await a.win(call, { name: 'other', task: 'other' });
    await operator.pause(ALL_TASKS, undefined, STEERING);
    await operator.resume('task', STEERING);
    assert.equal((await a.claim(call)).status, 'paused');
    assert.equal((await a.claim(call, { name: 'third', task: 'third' })).status, 'paused');
    await operator.resume(ALL_TASKS, STEERING);
    await a.win(call);
  }),
  pauses('a pause of a task stops all of its keys', async (operator, _, a) => {
    await operator.pause('task', undefined, STEERING);
    assert.equal((await a.claim(call, { name: 'task:5' })).status, 'paused');
    await a.win(call, { task: 'task:5' });
  }),
  pauses(
    'a tick at the end of a pause is not in it, also where it is claimed a moment before',
    async (operator, harness, a) => {
      const tick = (await minuteOf(harness)) + HOUR;
      await operator.pause('task', new Date(tick), STEERING);
      assert.equal((await a.claim(at(tick - 1))).status, 'paused');
      assert.equal((await a.claim(at(tick))).status, 'early');
      await a.win(at(tick), { tolerance: 2 * HOUR });
    },
  ),
  pauses('a pause with an end is over by itself', async (operator, harness, a) => {
    await operator.pause('task', new Date(Math.floor(await harness.now()) + HOUR), STEERING);
    await harness.advance(HOUR - MINUTE);
    assert.equal((await a.claim(call)).status, 'paused');
    await harness.advance(2 * MINUTE);
    await a.win(call);
  }),
  pauses('an operator may run a task though it is paused', async (operator, harness, a) => {
    const tick = await minuteOf(harness);
    await operator.pause('task', undefined, STEERING);
    await a.win(call, { trigger: 'operator', evenIfPaused: true });
    const ofTick = await a.win(at(tick), { name: 'ticking', evenIfPaused: true });
    assert.ok(Number.isFinite(ofTick.resumedAt?.getTime()));
  }),
  pauses('a run in progress goes on, and is still its own claim', async (operator, harness, a) => {
    const request = a.request(at(await minuteOf(harness)));
    await harness.store.claim([request]);
    await operator.pause('task', undefined, STEERING);
    const [again] = await harness.store.claim([request]);
    assert.equal(again?.status, 'won');
    assert.equal(await a.renew(request.token), 'renewed');
    assert.equal(await a.release(request.token), 'released');
  }),
  pauses(
    'what was due before the end of a pause is not caught up, and the end is told',
    async (operator, harness, a) => {
      await harness.store.prepare(['task']);
      await harness.advance(HOUR);
      await operator.pause('task', undefined, STEERING);
      await harness.advance(HOUR);
      const duringPause = await harness.now();
      await harness.advance(HOUR);
      await operator.resume('task', STEERING);
      const end = await harness.now();
      await harness.advance(2 * MINUTE);
      const told = (resumedAt?: Date): boolean => Math.abs((resumedAt?.getTime() ?? 0) - end) < MINUTE;
      const done = await a.claim(missed(Math.floor(duringPause)));
      assert.equal(done.status, 'done');
      assert.ok(done.status === 'done' && told(done.resumedAt));
      const won = await a.win(missed(Math.floor(end) + MINUTE));
      assert.ok(told(won.resumedAt));
      await a.release(won.token);
      // A replica that is late to its tick asks for no missed one.
      const late = await a.claim(at(Math.floor(end) + MINUTE));
      assert.deepEqual([late.status, late.status === 'done' && late.resumedAt], ['done', undefined]);
    },
  ),
  pauses('a pause that has ended by itself ends there', async (operator, harness, a) => {
    await harness.store.prepare(['task']);
    const end = new Date(Math.floor(await harness.now()) + HOUR);
    await operator.pause('task', end, STEERING);
    await harness.advance(3 * HOUR);
    assert.equal((await a.claim(missed(end.getTime()))).status, 'done');
    assert.deepEqual((await a.win(missed(end.getTime() + MINUTE))).resumedAt, end);
  }),
  pauses('of two pauses the end of the later one counts', async (operator, harness, a) => {
    await harness.store.prepare(['task']);
    await operator.pause('task', undefined, STEERING);
    await operator.resume('task', STEERING);
    await harness.advance(HOUR);
    const end = new Date(Math.floor(await harness.now()) + HOUR);
    await operator.pause('task', end, STEERING);
    await harness.advance(2 * HOUR);
    assert.equal((await a.claim(missed(end.getTime()))).status, 'done');
    assert.deepEqual((await a.win(missed(end.getTime() + MINUTE))).resumedAt, end);
  }),
  pauses('a tick that a dead run left may still be recovered afterwards', async (operator, harness, a, b) => {
    const tick = await minuteOf(harness);
    await a.win(at(tick), recover);
    await operator.pause('task', undefined, STEERING);
    await harness.advance(2 * LEASE);
    assert.equal((await b.claim(abandoned, recover)).status, 'paused');
    await operator.resume('task', STEERING);
    const again = await b.win(abandoned, recover);
    assert.deepEqual([again.recovering, again.scheduledTime?.getTime()], [true, tick]);
  }),
  pauses('no request of a paused task waits for a run', async (operator, harness) => {
    const { requests } = harness.store;
    if (!requests) return;
    const requester = new Requester(harness, requests);
    await requester.add([1]);
    await requester.add([2], { name: 'export', task: 'export' });
    await operator.pause('task', undefined, STEERING);
    assert.deepEqual(await requester.waiting(), [['export', 1]]);
    await operator.pause(ALL_TASKS, undefined, STEERING);
    assert.deepEqual(await requester.waiting(), []);
    await operator.resume('task', STEERING);
    await operator.resume(ALL_TASKS, STEERING);
    assert.equal((await requester.waiting()).length, 2);
  }),
];

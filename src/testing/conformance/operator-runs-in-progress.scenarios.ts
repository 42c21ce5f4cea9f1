import { strict as assert } from 'node:assert';
import type { SeenRun } from '../../store/operator-store.js';
import type { ConformanceScenario } from './conformance-harness.js';
import { operating, recordOf, STEERING } from './operating.js';
import { abandoned, at, call, LEASE, MINUTE, minuteOf } from './player.js';
import { Requester } from './requester.js';

const seen = (fence: bigint): SeenRun => ({ name: 'task', task: 'task', fence });
const FORCE = { ...STEERING, force: true, now: false };
const AT_ONCE = { ...STEERING, force: true, now: true };
const WITHOUT_FORCE = { ...STEERING, force: false, now: false };

/** Cancel and release: what becomes of a run that an operator names by its fence. */
export const operatorRunsInProgressScenarios: readonly ConformanceScenario[] = [
  operating(
    'a run that is cancelled keeps its lock until it is released',
    async (operator, harness, a, b) => {
      const { token, fence } = await a.win(call);
      const cancelled = await operator.cancel(seen(fence), STEERING);
      assert.equal(cancelled.status, 'cancelled');
      assert.equal(cancelled.status === 'cancelled' && cancelled.lock.isCancelled, true);
      assert.equal((await operator.lock('task'))?.isCancelled, true);
      assert.equal((await b.claim(call)).status, 'held');
      assert.equal(await a.renew(token), 'renewed');
      assert.equal(await a.release(token, { tick: 'call', minHold: 0 }), 'released');
      await b.win(call);
      assert.equal((await operator.lock('task'))?.isCancelled, false);
    },
  ),
  operating(
    'a cancel is refused where the run that was seen is not in progress',
    async (operator, harness, a, b) => {
      assert.deepEqual(await operator.cancel(seen(1n), STEERING), { status: 'refused', lock: undefined });
      const first = await a.win(call);
      const other = await operator.cancel(seen(first.fence - 1n), STEERING);
      assert.equal(other.status === 'refused' && other.lock?.fence, first.fence);
      await a.release(first.token, { tick: 'call', minHold: 0 });
      assert.equal((await operator.cancel(seen(first.fence), STEERING)).status, 'refused');
      const dead = await b.win(call);
      await harness.advance(LEASE + MINUTE);
      assert.equal((await operator.cancel(seen(dead.fence), STEERING)).status, 'refused');
      assert.equal((await operator.lock('task'))?.isCancelled, false);
    },
  ),
  operating('the tick of a run that was cancelled is not recovered', async (operator, harness, a, b) => {
    const { fence } = await a.win(at(await minuteOf(harness)), { recover: true });
    assert.equal((await operator.cancel(seen(fence), STEERING)).status, 'cancelled');
    await harness.advance(LEASE + MINUTE);
    assert.equal((await b.claim(abandoned, { recover: true })).status, 'done');
  }),
  operating('the requests of a run that was cancelled are parked', async (operator, harness) => {
    const { requests } = harness.store;
    if (!requests) return;
    const requester = new Requester(harness, requests);
    await requester.add([1]);
    const { token } = await requester.pickUp();
    await requester.add([2]);
    const lock = await operator.lock('task');
    assert.equal((await operator.cancel(seen(lock!.fence), STEERING)).status, 'cancelled');
    await requester.settle(token, 'aborted');
    const next = await requester.serve();
    assert.deepEqual([next.count, next.parked, next.newest], [1, 1, [2]]);
    assert.deepEqual((await recordOf(operator, 'task'))?.requests, { waiting: 0, parked: 1 });
  }),
  operating(
    'the requests of a run that succeeds in spite of a cancel are removed',
    async (operator, harness) => {
      const { requests } = harness.store;
      if (!requests) return;
      const requester = new Requester(harness, requests);
      await requester.add([1]);
      const { token } = await requester.pickUp();
      await operator.cancel(seen((await operator.lock('task'))!.fence), STEERING);
      await requester.settle(token, 'succeeded');
      assert.deepEqual((await recordOf(operator, 'task'))?.requests, { waiting: 0, parked: 0 });
    },
  ),
  operating(
    'a lock is released without force only where its lease is over',
    async (operator, harness, a, b) => {
      const { token, fence, startedAt } = await a.win(call);
      const alive = await operator.release(seen(fence), WITHOUT_FORCE);
      assert.equal(alive.status, 'alive');
      assert.equal(alive.status === 'alive' && alive.lock?.fence, fence);
      assert.equal(await a.renew(token), 'renewed');
      await harness.advance(LEASE + MINUTE);
      assert.equal((await operator.release(seen(fence), WITHOUT_FORCE)).status, 'released');
      assert.notEqual((await operator.lock('task'))?.finishedAt, undefined);
      const [died] = await operator.runs({ task: 'task', limit: 10 });
      assert.deepEqual(
        [died?.outcome, died?.fence, died?.trigger, died?.replica, died?.startedAt, died?.tick],
        ['died', fence, 'call', 'replica-a', startedAt, undefined],
      );
      assert.equal(await a.release(token, { tick: 'call', minHold: 0 }), 'gone');
      assert.ok((await b.win(call)).fence > fence);
    },
  ),
  operating(
    'a lock that is released by force is free when its lease ends',
    async (operator, harness, a, b) => {
      const { token, fence, lockedUntil } = await a.win(call);
      const released = await operator.release(seen(fence), FORCE);
      assert.ok(released.status === 'released');
      assert.equal(released.freeAt?.getTime(), lockedUntil.getTime());
      assert.equal(await a.renew(token), 'lost');
      assert.equal((await b.claim(call)).status, 'held');
      assert.equal(
        (await operator.cancel(seen(fence), STEERING)).status,
        'refused',
        'nobody would hear of it',
      );
      assert.equal(await a.release(token, { tick: 'call', minHold: 0 }), 'gone');
      assert.equal((await b.claim(call)).status, 'held');
      await harness.advance(LEASE + MINUTE);
      assert.ok((await b.win(call)).fence > fence);
    },
  ),
  operating('a run that a shutdown aborted is left open for its recovery', async (operator, harness, a) => {
    const { token } = await a.win(at(await minuteOf(harness)), { recover: true });
    assert.equal((await operator.lock('task'))?.isLeftOpen, false);
    await a.release(token, { outcome: 'aborted', durable: true });
    const lock = await operator.lock('task');
    assert.deepEqual([lock?.isLeftOpen, lock?.isTakenAway], [true, false]);
  }),
  operating(
    'a living run whose lock was released is recorded as lost, until its holder says when it ended',
    async (operator, harness, a, b) => {
      const tick = at(await minuteOf(harness));
      const { token, fence, startedAt, lockedUntil } = await a.win(tick, { recover: true });
      assert.equal((await operator.lock('task'))?.isTakenAway, false);
      await operator.release(seen(fence), FORCE);
      assert.equal((await operator.lock('task'))?.isTakenAway, true);
      const [lost] = await operator.runs({ task: 'task', limit: 10 });
      assert.ok(lost);
      assert.deepEqual(
        [lost.outcome, lost.fence, lost.trigger, lost.replica, lost.startedAt, lost.finishedAt],
        ['lost', fence, 'tick', 'replica-a', startedAt, lockedUntil],
      );
      assert.deepEqual(lost.tick, tick.kind === 'scheduled' ? tick.scheduledTime : undefined);
      await harness.advance(LEASE + MINUTE);
      await b.win(call);
      await operator.recordDied([{ ...lost, trigger: 'call' }]);
      const run = { ...lost, trigger: 'tick' } as const;
      assert.equal(await a.release(token, { tick: 'scheduled', minHold: 0, run }), 'gone');
      const [ended, ...others] = await operator.runs({ task: 'task', limit: 10 });
      assert.deepEqual([others.length, ended?.outcome, ended?.trigger], [0, 'lost', 'tick']);
      assert.ok(ended!.finishedAt! > lockedUntil, 'the end of the run, and not that of its lock');
    },
  ),
  operating(
    'a run whose lock was released at once is lost, and its lock ended then',
    async (operator, harness, a) => {
      const { fence } = await a.win(call);
      await operator.release(seen(fence), AT_ONCE);
      const [lost] = await operator.runs({ task: 'task', limit: 10 });
      assert.equal(lost?.outcome, 'lost');
      assert.ok(lost.finishedAt!.getTime() <= (await harness.now()));
    },
  ),
  operating('a lock that is released at once is free at once', async (operator, harness, a, b) => {
    const { token, fence } = await a.win(call);
    const released = await operator.release(seen(fence), AT_ONCE);
    assert.ok(released.status === 'released');
    assert.ok(released.freeAt!.getTime() <= (await harness.now()));
    const next = await b.win(call);
    assert.ok(next.fence > fence);
    assert.equal(await a.release(token, { tick: 'call', minHold: 0 }), 'gone');
    assert.equal((await operator.lock('task'))?.fence, next.fence);
  }),
  operating('a lease never ends at once without force', async (operator, harness, a, b) => {
    const { fence } = await a.win(call);
    assert.equal((await operator.release(seen(fence), { ...AT_ONCE, force: false })).status, 'alive');
    assert.equal((await b.claim(call)).status, 'held');
  }),
  operating('the tick of a run whose lock was released is not recovered', async (operator, harness, a, b) => {
    for (const how of [FORCE, AT_ONCE, WITHOUT_FORCE]) {
      const { fence } = await a.win(at(await minuteOf(harness)), { recover: true });
      if (!how.force) await harness.advance(LEASE + MINUTE);
      assert.equal((await operator.release(seen(fence), how)).status, 'released');
      await harness.advance(LEASE + MINUTE);
      assert.equal((await b.claim(abandoned, { recover: true })).status, 'done');
    }
  }),
  operating(
    'a release is refused where the run that was seen is not in progress',
    async (operator, harness, a) => {
      assert.deepEqual(await operator.release(seen(1n), FORCE), { status: 'refused', lock: undefined });
      const { token, fence } = await a.win(call);
      const other = await operator.release(seen(fence - 1n), AT_ONCE);
      assert.equal(other.status === 'refused' && other.lock?.fence, fence);
      assert.equal(await a.renew(token), 'renewed');
      await a.release(token, { tick: 'call', minHold: 0 });
      assert.equal((await operator.release(seen(fence), AT_ONCE)).status, 'refused');
      assert.equal((await operator.lock('task'))?.outcome, 'succeeded');
    },
  ),
  operating(
    'who cancelled and released which run is kept, with what came of it',
    async (operator, harness, a, b) => {
      const run: SeenRun = { name: 'export:5', task: 'export', key: '5', fence: 0n };
      const first = await a.win(call, { name: run.name, task: run.task });
      await operator.cancel({ ...run, fence: first.fence }, STEERING);
      await operator.cancel({ ...run, fence: 1n }, STEERING);
      await operator.release({ ...run, fence: first.fence }, WITHOUT_FORCE);
      await operator.release({ ...run, fence: first.fence }, FORCE);
      await operator.release({ ...run, fence: first.fence }, AT_ONCE);
      const second = await b.win(call, { name: run.name, task: run.task });
      await harness.advance(LEASE + MINUTE);
      await operator.release({ ...run, fence: second.fence }, FORCE);
      const actions = await operator.actions('export', 10);
      assert.deepEqual(
        actions.map(({ action, key, by, reason, fence, answer }) => [action, key, by, reason, fence, answer]),
        [
          ['release', '5', 'ana', STEERING.reason, second.fence, 'released'],
          ['release', '5', 'ana', STEERING.reason, first.fence, 'released by force, at once'],
          ['release', '5', 'ana', STEERING.reason, first.fence, 'released by force'],
          ['release', '5', 'ana', STEERING.reason, first.fence, 'alive'],
          ['cancel', '5', 'ana', STEERING.reason, 1n, 'refused'],
          ['cancel', '5', 'ana', STEERING.reason, first.fence, 'cancelled'],
        ],
      );
    },
  ),
];

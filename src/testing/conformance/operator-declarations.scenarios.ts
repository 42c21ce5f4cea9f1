import { strict as assert } from 'node:assert';
import type { ConformanceScenario } from './conformance-harness.js';
import {
  aDeath,
  aTask,
  declared,
  declaredNames,
  forgotten,
  HOUR,
  operating,
  recordOf,
  STEERING,
} from './operating.js';
import { call, LEASE, MINUTE } from './player.js';

export const operatorDeclarationsScenarios: readonly ConformanceScenario[] = [
  operating('a declared task is told as it was declared', async (operator, harness) => {
    const keyed = aTask('shop/export', {
      member: undefined,
      schedule: undefined,
      timeZone: undefined,
      interval: undefined,
      isScheduled: false,
      isConditional: true,
      isDisabled: true,
      isKeyed: true,
      isPolled: false,
    });
    await operator.declare(declared([keyed, aTask('shop/task')], { application: 'shop', version: '1.2.3' }));
    for (const task of [keyed, aTask('shop/task')]) {
      const { firstDeclared, lastDeclared, ...definition } = (await recordOf(operator, task.name))!
        .definition!;
      assert.deepEqual(definition, {
        ...task,
        application: 'shop',
        declaredBy: 'replica-a',
        version: '1.2.3',
        isDeclared: true,
      });
      assert.ok(Math.abs(firstDeclared.getTime() - (await harness.now())) < MINUTE);
      assert.deepEqual(firstDeclared, lastDeclared);
    }
    assert.deepEqual(await operator.names(), ['shop/export', 'shop/task']);
  }),
  operating('a task that the newest declaration lacks is undeclared at once', async (operator, harness) => {
    await operator.declare(declared(['task', 'removed'], { application: 'shop' }));
    assert.deepEqual(await declaredNames(operator), ['removed', 'task']);
    await harness.advance(MINUTE);
    await operator.declare(declared(['task'], { application: 'shop' }));
    assert.deepEqual(await declaredNames(operator), ['task']);
    assert.deepEqual(await operator.names(), ['removed', 'task']);
    assert.equal((await recordOf(operator, 'removed'))?.definition?.isDeclared, false);
  }),
  operating('two applications know nothing of each other', async (operator, harness) => {
    await operator.declare(declared(['shop/task'], { application: 'shop' }));
    await harness.advance(HOUR);
    await operator.declare(declared(['bank/task'], { application: 'bank' }));
    assert.deepEqual(await declaredNames(operator), ['bank/task', 'shop/task']);
  }),
  operating('two applications without a name are told apart by their tasks', async (operator, harness) => {
    await operator.declare(declared(['a1', 'a2']));
    await harness.advance(HOUR);
    await operator.declare(declared(['b1', 'b2']));
    assert.deepEqual(await declaredNames(operator), ['a1', 'a2', 'b1', 'b2']);
    await harness.advance(HOUR);
    await operator.declare(declared(['a1']));
    assert.deepEqual(await declaredNames(operator), ['a1', 'b1', 'b2']);
  }),
  operating('many replicas that start at once declare their tasks once', async (operator) => {
    const names = Array.from({ length: 20 }, (_, nth) => `task-${nth}`);
    await Promise.all(
      Array.from({ length: 10 }, (_, nth) =>
        operator.declare(declared(names, { replica: `replica-${nth}` })),
      ),
    );
    const by = new Set((await operator.tasks()).map(({ definition }) => definition?.declaredBy));
    assert.deepEqual([by.size, (await operator.names()).length], [1, 20]);
  }),
  operating('a name that has only run is a task without a definition', async (operator, harness) => {
    await operator.recordDied([aDeath(await harness.now(), { name: 'script', task: 'script' })]);
    assert.deepEqual(await operator.names(), ['script']);
    const [record, ...others] = await operator.tasks();
    assert.deepEqual([record?.name, record?.definition, others.length], ['script', undefined, 0]);
    assert.deepEqual(await operator.tasks(['unknown']), []);
  }),
  operating(
    'the lock of a task is told, and of one with keys each run in progress or dead',
    async (operator, harness, a, b) => {
      await operator.declare(declared(['task', 'never', aTask('export', { isKeyed: true }), 'export:7']));
      await harness.store.prepare(['never', 'export']);
      const { token } = await a.win(call);
      await a.release(token, { tick: 'call', minHold: 0 });
      const dead = await a.win(call, { name: 'export:5', task: 'export' });
      await harness.advance(LEASE + MINUTE);
      const alive = await b.win(call, { name: 'export:6', task: 'export' });
      const done = await b.win(call, { name: 'export:8', task: 'export' });
      await b.release(done.token, { name: 'export:8', tick: 'call', minHold: 0 });
      await b.win(call, { name: 'export:7', task: 'export:7' });
      await b.win(call, { name: 'exports:5', task: 'exports' });
      const locksOf = async (name: string) => (await recordOf(operator, name))!.locks;
      const [lock, ...others] = await locksOf('task');
      assert.deepEqual([lock?.heldBy, lock?.outcome, others.length], ['replica-a', 'succeeded', 0]);
      assert.notEqual(lock?.finishedAt, undefined);
      assert.deepEqual(await locksOf('never'), []);
      const keyed = (await locksOf('export')).map(({ name, fence, finishedAt }) => [name, fence, finishedAt]);
      assert.deepEqual(keyed.sort(), [
        ['export:5', dead.fence, undefined],
        ['export:6', alive.fence, undefined],
      ]);
      assert.deepEqual(
        (await locksOf('export:7')).map(({ name }) => name),
        ['export:7'],
      );
    },
  ),
  operating(
    'a task that is not declared is forgotten with all that is stored of it',
    async (operator, harness, a) => {
      await operator.declare(declared(['task', 'old', aTask('export', { isKeyed: true }), 'export:7']));
      const { fence, token } = await a.win(call, { name: 'old', task: 'old' });
      await a.release(token, { name: 'old', tick: 'call', minHold: 0 });
      const keyed = await a.win(call, { name: 'export:5', task: 'export' });
      await a.release(keyed.token, { name: 'export:5', tick: 'call', minHold: 0 });
      const declaredOne = await a.win(call, { name: 'export:7', task: 'export:7' });
      await a.release(declaredOne.token, { name: 'export:7', tick: 'call', minHold: 0 });
      await operator.recordDied([aDeath(await harness.now(), { name: 'old', task: 'old' })]);
      await operator.pause('old', undefined, STEERING);
      await harness.store.requests?.add([{ name: 'old', task: 'old', args: '[]', delay: 0 }]);
      await harness.advance(2 * HOUR);
      await operator.declare(declared(['task', 'export:7']));
      assert.ok((await forgotten(operator, 'old')) >= 4);
      assert.ok((await forgotten(operator, 'export')) >= 2);
      assert.deepEqual(await operator.names(), ['export:7', 'task']);
      assert.deepEqual(await operator.tasks(['old', 'export']), []);
      assert.deepEqual(
        await Promise.all(
          ['old', 'export:5', 'export:7'].map(async (name) => (await harness.row(name)) !== undefined),
        ),
        [false, false, true],
      );
      await operator.declare(declared(['task', 'export:7', 'old']));
      assert.equal((await recordOf(operator, 'old'))?.pause, undefined);
      assert.deepEqual(
        (await operator.actions('old', 9)).map(({ action, answer }) => [action, answer]),
        [
          ['forget', 'forgotten'],
          ['pause', 'paused'],
        ],
      );
      assert.ok((await a.win(call, { name: 'old', task: 'old' })).fence > fence);
    },
  ),
  operating(
    'forgetting leaves a run in progress alone, and a lock whose tick could run again',
    async (operator, harness, a) => {
      const { token } = await a.win(call);
      assert.equal(await forgotten(operator, 'task'), 0);
      assert.equal(await a.renew(token), 'renewed');
      await a.release(token, { tick: 'call', minHold: 0 });
      await operator.forget('task', STEERING);
      assert.notEqual(await harness.row('task'), undefined);
    },
  ),
];

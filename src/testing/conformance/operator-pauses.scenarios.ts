import { strict as assert } from 'node:assert';
import type { ConformanceScenario } from './conformance-harness.js';
import { ALL_TASKS } from '../../store/operator-store.js';
import type { OperatorStore, TaskRecord } from '../../store/operator-store.js';
import { DAY, declared, HOUR, operating, recordOf, STEERING } from './operating.js';

/** When the last pause of `task` ended, or ends. */
async function endOfPause(operator: OperatorStore): Promise<number | undefined> {
  return (await recordOf(operator))?.pauses.at(-1)?.to?.getTime();
}

export const operatorPausesScenarios: readonly ConformanceScenario[] = [
  operating('a pause without an end stands until a resume', async (operator, harness) => {
    await operator.declare(declared(['task']));
    const pause = await operator.pause('task', undefined, STEERING);
    assert.deepEqual(
      { name: pause.name, by: pause.by, reason: pause.reason, until: pause.until },
      { name: 'task', ...STEERING, until: undefined },
    );
    await harness.advance(1_000 * DAY);
    assert.deepEqual((await recordOf(operator))?.pause, pause);
    assert.equal(await operator.resume('task', { by: 'bob' }), true);
    const record = await recordOf(operator);
    assert.equal(record?.pause, undefined);
    assert.ok(Math.abs((await endOfPause(operator))! - (await harness.now())) < HOUR);
    assert.equal(await operator.resume('task', { by: 'bob' }), false);
  }),
  operating('a pause with an end is over by itself', async (operator, harness) => {
    await operator.declare(declared(['task']));
    const until = new Date(Math.floor(await harness.now()) + HOUR);
    assert.deepEqual((await operator.pause('task', until, STEERING)).until, until);
    await harness.advance(2 * HOUR);
    const record = await recordOf(operator);
    assert.deepEqual([record?.pause, await endOfPause(operator)], [undefined, until.getTime()]);
    assert.equal(await operator.resume('task', STEERING), false);
    assert.deepEqual(await endOfPause(operator), until.getTime());
  }),
  operating(
    'a pause that takes the place of another begins anew, and answers the other one',
    async (operator, harness) => {
      await operator.declare(declared(['task']));
      const first = await operator.pause('task', undefined, STEERING);
      assert.equal(first.replaced, undefined);
      await operator.pause(ALL_TASKS, undefined, { by: 'eve' });
      await harness.advance(HOUR);
      const { replaced, ...changed } = await operator.pause('task', undefined, { by: 'bob' });
      assert.deepEqual(replaced, first);
      assert.deepEqual([changed.by, changed.reason], ['bob', undefined]);
      assert.ok(changed.since.getTime() >= first.since.getTime() + HOUR);
      await operator.resume('task', STEERING);
      assert.equal((await operator.pause('task', undefined, STEERING)).replaced, undefined);
    },
  ),
  operating(
    'the ledger shows a pause and the one that takes its place without a gap',
    async (operator, harness) => {
      const first = await operator.pause('task', undefined, STEERING);
      await harness.advance(HOUR);
      await operator.pause('task', undefined, { by: 'bob' });
      const to = new Date(Math.floor(await harness.now()) + HOUR);
      const { pauses } = await operator.ledger({ task: 'task', from: first.since, to });
      const [one, other] = pauses;
      assert.deepEqual([one?.by, other?.by, pauses.length], ['ana', 'bob', 2]);
      assert.deepEqual([one?.to, other?.to], [other?.from, undefined]);
    },
  ),
  operating(
    'of its own pause and that of all tasks the one that ends last is told',
    async (operator, harness) => {
      await operator.declare(declared(['task', 'other']));
      const now = Math.floor(await harness.now());
      await operator.pause(ALL_TASKS, new Date(now + HOUR), STEERING);
      await operator.pause('task', new Date(now + 2 * HOUR), STEERING);
      assert.equal((await recordOf(operator))?.pause?.name, 'task');
      assert.equal((await recordOf(operator, 'other'))?.pause?.name, ALL_TASKS);
      await operator.pause(ALL_TASKS, undefined, STEERING);
      assert.equal((await recordOf(operator))?.pause?.name, ALL_TASKS);
    },
  ),
  operating('a task is told with each of its pauses and those of all tasks', async (operator) => {
    await operator.declare(declared(['task', 'other']));
    for (const name of ['task', ALL_TASKS, 'other', 'task']) {
      await operator.pause(name, undefined, { by: name });
      if (name === 'task') await operator.resume(name, STEERING);
    }
    const told = (record?: TaskRecord) =>
      record?.pauses.map(({ name, by, to }) => [name, by, to !== undefined]).sort();
    const own = [
      [ALL_TASKS, ALL_TASKS, false],
      ['task', 'task', true],
      ['task', 'task', true],
    ];
    assert.deepEqual(told(await recordOf(operator)), own);
    const others = [
      [ALL_TASKS, ALL_TASKS, false],
      ['other', 'other', false],
    ];
    assert.deepEqual((await operator.tasks()).map(told), [others, own]);
  }),
  operating('who paused and resumed what is kept, the newest first', async (operator, harness) => {
    const until = new Date(Math.floor(await harness.now()) + HOUR);
    await operator.pause('task', until, STEERING);
    await operator.pause(ALL_TASKS, undefined, { by: 'bob' });
    await operator.resume('task', { by: 'eve' });
    await operator.resume('task', { by: 'eve' });
    const all = await operator.actions(undefined, 10);
    assert.deepEqual(
      all.map(({ name, action, by, reason, answer }) => [name, action, by, reason, answer]),
      [
        ['task', 'resume', 'eve', undefined, 'not paused'],
        ['task', 'resume', 'eve', undefined, 'resumed'],
        [ALL_TASKS, 'pause', 'bob', undefined, 'paused'],
        ['task', 'pause', 'ana', 'the disk is full', 'paused'],
      ],
    );
    assert.deepEqual([all[2]!.until, all[3]!.until], [undefined, until]);
    const own = await operator.actions('task', 1, all[0]!.id);
    assert.deepEqual(own, [all[1]]);
    await operator.pause('other', undefined, STEERING);
    assert.deepEqual(await operator.actions('task', 10), all);
    assert.deepEqual(await operator.actions(ALL_TASKS, 10), [all[2]]);
    assert.deepEqual(await operator.action(all[3]!.id), all[3]);
    for (const unknown of ['0', '99999999999999999999', 'none'])
      assert.equal(await operator.action(unknown), undefined);
  }),
];

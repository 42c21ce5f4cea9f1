import { strict as assert } from 'node:assert';
import type { NewTrigger, TakenTask } from '../../store/operator-store.js';
import type { ConformanceScenario } from './conformance-harness.js';
import { operating, STEERING } from './operating.js';
import { MINUTE } from './player.js';

const trigger = (task: string, overrides: Partial<NewTrigger> = {}): NewTrigger => ({
  task,
  evenIfPaused: false,
  expiresIn: 5 * MINUTE,
  ...STEERING,
  ...overrides,
});

const tasks = (...names: string[]): TakenTask[] => names.map((task) => ({ task, startsWithin: MINUTE }));

export const operatorTriggersScenarios: readonly ConformanceScenario[] = [
  operating('a trigger is taken once, with all that its run needs', async (operator, harness) => {
    const full = trigger('task', { key: '5', args: '[1,"two"]', evenIfPaused: true });
    const { id, expiresAt } = await operator.addTrigger(full);
    assert.ok(Math.abs(expiresAt.getTime() - (await harness.now()) - 5 * MINUTE) < MINUTE);
    assert.deepEqual((await operator.action(id))?.expiresAt, expiresAt);
    assert.deepEqual(await operator.takeTriggers(tasks('task'), 'replica-a'), [
      { id, task: 'task', key: '5', args: '[1,"two"]', by: 'ana', evenIfPaused: true },
    ]);
    assert.deepEqual(await operator.takeTriggers(tasks('task'), 'replica-b'), []);
    const action = await operator.action(id);
    assert.deepEqual(
      [action?.action, action?.takenBy, action?.answer, action?.reason],
      ['trigger', 'replica-a', undefined, STEERING.reason],
    );
  }),
  operating('only triggers of the tasks that are asked for are taken, the oldest first', async (operator) => {
    const first = await operator.addTrigger(trigger('task'));
    await operator.addTrigger(trigger('other'));
    const second = await operator.addTrigger(trigger('task'));
    const taken = await operator.takeTriggers(tasks('task', 'none'), 'replica-a');
    assert.deepEqual(
      taken.map(({ id }) => id),
      [first.id, second.id],
    );
    assert.deepEqual(await operator.takeTriggers(tasks(), 'replica-a'), []);
  }),
  operating('of many replicas that look at once, one takes a trigger', async (operator) => {
    for (let nth = 0; nth < 3; nth++) await operator.addTrigger(trigger('task'));
    const taken = await Promise.all(
      Array.from({ length: 20 }, (_, nth) => operator.takeTriggers(tasks('task'), `replica-${nth}`)),
    );
    assert.equal(taken.flat().length, 3);
    assert.equal(new Set(taken.flat().map(({ id }) => id)).size, 3);
  }),
  operating('a trigger that nobody takes in time expires', async (operator, harness) => {
    const { id } = await operator.addTrigger(trigger('task'));
    await harness.advance(5 * MINUTE + 1_000);
    assert.deepEqual(await operator.takeTriggers(tasks('task'), 'replica-a'), []);
    assert.equal((await operator.action(id))?.answer, 'expired');
  }),
  operating('one that was taken expires where its run has not begun in time', async (operator, harness) => {
    const { id, expiresAt } = await operator.addTrigger(trigger('task'));
    await operator.addTrigger(trigger('other'));
    await operator.takeTriggers(
      [...tasks('task'), { task: 'other', startsWithin: 10 * MINUTE }],
      'replica-a',
    );
    const action = await operator.action(id);
    const left = action!.expiresAt!.getTime() - (await harness.now());
    assert.ok(left > 0 && left <= MINUTE, `${left} ms`);
    assert.ok(action!.expiresAt! < expiresAt);
    await harness.advance(2 * MINUTE);
    // Told by whoever looks, who sees in the lock whether it has begun after all.
    assert.equal((await operator.action(id))?.answer, undefined);
    assert.deepEqual(await operator.takeTriggers(tasks('task'), 'replica-b'), []);
  }),
  operating('one that was taken does not expire, and keeps its first answer', async (operator, harness) => {
    const { id } = await operator.addTrigger(trigger('task'));
    await operator.takeTriggers(tasks('task'), 'replica-a');
    await operator.startTrigger(id, 7n, '5');
    await harness.advance(10 * MINUTE);
    const running = await operator.action(id);
    assert.deepEqual([running?.fence, running?.key, running?.answer], [7n, '5', undefined]);
    assert.equal(running?.answeredAt, undefined);
    await operator.answerTrigger(id, { answer: 'failed', error: 'Error: no luck' });
    await operator.answerTrigger(id, { answer: 'succeeded', fence: 8n });
    await operator.startTrigger(id, 9n, '6');
    const answered = await operator.action(id);
    assert.deepEqual([answered?.fence, answered?.answer, answered?.error], [7n, 'failed', 'Error: no luck']);
    assert.ok(answered!.answeredAt!.getTime() >= answered!.at.getTime() + 10 * MINUTE);
  }),
  operating('one that runs where it was asked for is taken by nobody else', async (operator) => {
    const { id } = await operator.addTrigger(trigger('task'), 'replica-a');
    assert.deepEqual(await operator.takeTriggers(tasks('task'), 'replica-b'), []);
    await operator.answerTrigger(id, { answer: 'skipped: held' });
    const action = await operator.action(id);
    assert.deepEqual(
      [action?.takenBy, action?.answer, action?.fence],
      ['replica-a', 'skipped: held', undefined],
    );
  }),
];

import { strict as assert } from 'node:assert';
import { ALL_TASKS } from '../../store/operator-store.js';
import type { HistoryLimits, OperatorStore } from '../../store/operator-store.js';
import type { ConformanceScenario } from './conformance-harness.js';
import { aDeath, aTask, DAY, declared, HOUR, operating, STEERING } from './operating.js';
import { MINUTE } from './player.js';

const LIMITS: HistoryLimits = { runs: 5, runsOfKeyed: 8, atLeast: 2, maxAge: DAY };

/** The starts of the runs that are kept, the oldest first, in minutes after `from`. */
async function starts(operator: OperatorStore, from: number, task = 'task'): Promise<number[]> {
  const runs = await operator.runs({ task, limit: 1_000 });
  return runs.map(({ startedAt }) => (startedAt.getTime() - from) / MINUTE).reverse();
}

export const operatorHistoryScenarios: readonly ConformanceScenario[] = [
  operating('a run that died is recorded once, with all that is known of it', async (operator, harness) => {
    const now = Math.floor(await harness.now());
    const facts = aDeath(now, {
      key: '5',
      name: 'task:5',
      tick: new Date(now - 1),
      previousTick: new Date(now - MINUTE),
      nextDue: new Date(now + MINUTE),
    });
    await operator.recordDied([facts, aDeath(now + 1, { trigger: 'call' })]);
    await operator.recordDied([{ ...facts, replica: 'replica-b' }]);
    await operator.recordDied([]);
    const runs = await operator.runs({ task: 'task', limit: 10 });
    const defined = runs.map((run) =>
      Object.fromEntries(Object.entries(run).filter(([, value]) => value !== undefined)),
    );
    assert.deepEqual(defined, [
      { ...aDeath(now + 1, { trigger: 'call' }), outcome: 'died' },
      { ...facts, outcome: 'died' },
    ]);
  }),
  operating(
    'runs are told the newest first, as many as are asked for, by key, outcome, time, fence and trigger',
    async (operator, harness) => {
      const now = Math.floor(await harness.now());
      const death = (minute: number, key: string) =>
        aDeath(now + minute * MINUTE, { key, name: `task:${key}` });
      await operator.recordDied([
        death(1, 'a'),
        death(2, 'b'),
        death(3, 'a'),
        aDeath(now, { name: 'b', task: 'b' }),
      ]);
      const minutes = async (search: object): Promise<number[]> =>
        (await operator.runs({ task: 'task', limit: 10, ...search })).map(
          ({ startedAt }) => (startedAt.getTime() - now) / MINUTE,
        );
      assert.deepEqual(await minutes({}), [3, 2, 1]);
      assert.deepEqual(await minutes({ limit: 2 }), [3, 2]);
      assert.deepEqual(await minutes({ key: 'a' }), [3, 1]);
      assert.deepEqual(await minutes({ before: new Date(now + 3 * MINUTE) }), [2, 1]);
      assert.deepEqual(await minutes({ outcomes: ['succeeded'] }), []);
      assert.deepEqual(await minutes({ outcomes: ['succeeded', 'died'] }), [3, 2, 1]);
      const fences = [3, 1, 0].map((minute) => death(minute, 'a').fence);
      assert.deepEqual(await minutes({ fences }), [3, 1]);
      assert.deepEqual(await minutes({ fences: [] }), []);
      await operator.recordDied([aDeath(now + 4 * MINUTE, { trigger: 'operator' })]);
      assert.deepEqual(await minutes({ trigger: 'operator' }), [4]);
    },
  ),
  operating(
    'the newest runs of several tasks are told, as many of each as are asked for',
    async (operator, harness) => {
      const now = Math.floor(await harness.now());
      const death = (minute: number, task: string) => aDeath(now + minute * MINUTE, { task, name: task });
      await operator.recordDied([
        ...[1, 2, 3].map((minute) => death(minute, 'a')),
        ...[4, 5].map((minute) => death(minute, 'b')),
        death(6, 'c'),
      ]);
      const told = async (names: readonly string[]): Promise<Record<string, number[]>> => {
        const told: Record<string, number[]> = {};
        for (const { task, startedAt, outcome } of await operator.recentRuns(names, 2)) {
          assert.equal(outcome, 'died');
          (told[task] ??= []).push((startedAt.getTime() - now) / MINUTE);
        }
        return told;
      };
      assert.deepEqual(await told(['b', 'a', 'unknown', 'a']), { a: [3, 2], b: [5, 4] });
      assert.deepEqual(await told([]), {});
    },
  ),
  operating(
    'the ledger is told of runs between two instants, and of one before and one after',
    async (operator, harness) => {
      const from = Math.floor(await harness.now());
      const tick = (minute: number) => new Date(from + minute * MINUTE);
      const death = (minute: number) => aDeath(from + minute * MINUTE + 1, { tick: tick(minute) });
      const ticks = [-3, -2, 2, 4, 7, 8].map(death);
      const calls = [-1, 3, 9].map((minute) => aDeath(from + minute * MINUTE, { trigger: 'call' }));
      await operator.recordDied([...ticks, ...calls]);
      const facts = await operator.ledger({ task: 'task', from: tick(1), to: tick(5) });
      const told = facts.runs.map(({ startedAt }) => Math.floor((startedAt.getTime() - from) / MINUTE));
      assert.deepEqual(told, [-2, 2, 3, 4, 7]);
      assert.deepEqual(facts.historySince, new Date(from - 3 * MINUTE + 1));
    },
  ),
  operating('the ledger is told of all definitions, the newest last', async (operator, harness) => {
    for (const schedule of ['0 0 * * *', '0 1 * * *', '0 2 * * *']) {
      await operator.declare(declared([aTask('task', { schedule })]));
      await harness.advance(HOUR);
    }
    const to = new Date(await harness.now());
    const { definitions } = await operator.ledger({ task: 'task', from: to, to });
    const told = definitions.map(({ schedule, isDeclared }) => `${schedule}: ${isDeclared}`);
    // A definition stands there as it was added, and as each declaration lists it.
    assert.deepEqual([...new Set(told)], ['0 0 * * *: false', '0 1 * * *: false', '0 2 * * *: true']);
  }),
  operating('the ledger is told of each pause, its own and those of all tasks', async (operator, harness) => {
    const start = Math.floor(await harness.now());
    const at = async (hour: number): Promise<void> =>
      harness.advance(start + hour * HOUR - (await harness.now()));
    const until = (hour: number) => new Date(start + hour * HOUR);
    await at(1);
    await operator.pause('task', until(2), { by: 'timed' });
    await at(3);
    await operator.pause('task', until(9), { by: 'changed' });
    await at(4);
    await operator.pause('task', undefined, { by: 'ended' });
    await operator.pause(ALL_TASKS, undefined, { by: 'all' });
    await operator.pause('other', undefined, STEERING);
    await at(5);
    await operator.resume('task', STEERING);
    await operator.resume('task', STEERING);
    const pauses = async (from: number, to: number) => {
      const facts = await operator.ledger({ task: 'task', from: until(from), to: until(to) });
      return facts.pauses.map(({ name, by, from: since, to: end }) => [
        name,
        by,
        Math.round((since.getTime() - start) / HOUR),
        end && Math.round((end.getTime() - start) / HOUR),
      ]);
    };
    const last = [
      ['task', 'ended', 4, 5],
      [ALL_TASKS, 'all', 4, undefined],
    ];
    assert.deepEqual(await pauses(0, 6), [['task', 'timed', 1, 2], ['task', 'changed', 3, 4], ...last]);
    assert.deepEqual(await pauses(4.5, 6), last);
    assert.deepEqual(await pauses(0, 2.5), [['task', 'timed', 1, 2]]);
  }),
  operating(
    'a task that never succeeds tells a thousand failures, and not more',
    async (operator, harness) => {
      const now = Math.floor(await harness.now());
      await operator.recordDied(Array.from({ length: 1_002 }, (_, nth) => aDeath(now + nth)));
      const [task] = await operator.tasks(['task']);
      assert.equal(task?.failuresInARow, 1_000);
      assert.equal(task?.lastSuccessAt, undefined);
    },
  ),
  operating('the newest runs of a task are kept, and of one with keys more', async (operator, harness) => {
    const now = Math.floor(await harness.now());
    const minutes = Array.from({ length: 12 }, (_, nth) => nth);
    await operator.recordDied(minutes.map((minute) => aDeath(now + minute * MINUTE)));
    const keyed = (minute: number) =>
      aDeath(now + minute * MINUTE, { task: 'export', name: `export:${minute}`, key: String(minute) });
    await operator.recordDied(minutes.map(keyed));
    assert.equal(await operator.prune(LIMITS), 11);
    assert.deepEqual(await starts(operator, now), minutes.slice(-5));
    assert.deepEqual(await starts(operator, now, 'export'), minutes.slice(-8));
    assert.equal(await operator.prune(LIMITS), 0);
  }),
  operating('runs that are too old go, but none of the newest', async (operator, harness) => {
    const now = Math.floor(await harness.now());
    await operator.recordDied([0, 1, 2, 3].map((minute) => aDeath(now + minute * MINUTE)));
    await operator.recordDied([aDeath(now, { name: 'alone', task: 'alone' })]);
    await harness.advance(DAY - MINUTE);
    assert.equal(await operator.prune(LIMITS), 0);
    await harness.advance(2.5 * MINUTE);
    assert.equal(await operator.prune(LIMITS), 2);
    assert.deepEqual(await starts(operator, now), [2, 3]);
    await harness.advance(30 * DAY);
    assert.equal(await operator.prune(LIMITS), 0);
    assert.deepEqual(await starts(operator, now, 'alone'), [0]);
  }),
  operating(
    'actions go with their age, and pauses not before the runs that they explain',
    async (operator, harness) => {
      const now = Math.floor(await harness.now());
      await operator.recordDied([aDeath(now)]);
      await operator.pause('task', undefined, STEERING);
      await operator.resume('task', STEERING);
      await operator.pause('other', undefined, STEERING);
      await operator.resume('other', STEERING);
      await operator.pause(ALL_TASKS, undefined, STEERING);
      await operator.resume(ALL_TASKS, STEERING);
      await operator.forget('other', STEERING);
      await harness.advance(2 * DAY);
      await operator.prune(LIMITS);
      const left = await operator.actions(undefined, 100);
      assert.deepEqual(
        left.map(({ name, action }) => [name, action]),
        [
          [ALL_TASKS, 'resume'],
          [ALL_TASKS, 'pause'],
          ['other', 'resume'],
          ['task', 'resume'],
          ['task', 'pause'],
        ],
      );
    },
  ),
];

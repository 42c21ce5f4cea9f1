import { strict as assert } from 'node:assert';
import {
  DEPLOYED_WITHIN,
  GIVEN_UP_AFTER,
  IN_USE,
  KEPT_FOR,
  LAPSED_BY,
  REFRESHED_AFTER,
} from '../../store/operator-store.js';
import type { Declaration, Definition, OperatorStore } from '../../store/operator-store.js';
import type { ConformanceHarness, ConformanceScenario } from './conformance-harness.js';
import {
  aDeath,
  aTask,
  DAY,
  declared,
  declaredNames,
  forgotten,
  HOUR,
  operating,
  recordOf,
  STEERING,
} from './operating.js';
import { MINUTE } from './player.js';

const HOURLY = aTask('task', { schedule: '0 * * * *' });
const DAILY = aTask('task', { schedule: '0 0 * * *' });
const OLD = declared([HOURLY, 'removed'], { replica: 'replica-old' });
const NEW = declared([DAILY, 'added'], { replica: 'replica-new' });

async function schedule(operator: OperatorStore, name = 'task'): Promise<string | undefined> {
  return (await recordOf(operator, name))?.definition?.schedule;
}

/** After so many minutes replicas of these declare again. */
async function after(
  minutes: number,
  [operator, harness]: [OperatorStore, ConformanceHarness],
  ...declarations: readonly Declaration[]
): Promise<void> {
  await harness.advance(minutes * MINUTE);
  for (const declaration of declarations) await operator.declare(declaration);
}

/** Which replica keeps a task from being forgotten. */
async function keeperOf(operator: OperatorStore, name: string): Promise<string | undefined> {
  const result = await operator.forget(name, STEERING);
  return result.status === 'refused' ? result.declaredBy : undefined;
}

/** Prunes as replicas do: until nothing is left to remove. */
async function prune(operator: OperatorStore): Promise<void> {
  while ((await operator.prune({ runs: 9, runsOfKeyed: 9, atLeast: 9, maxAge: 14 * DAY })) > 0);
}

async function declarationsOf(
  operator: OperatorStore,
  harness: ConformanceHarness,
  task = 'task',
): Promise<readonly Definition[]> {
  const now = new Date(await harness.now());
  return (await operator.ledger({ task, from: now, to: now })).definitions;
}

/** The old code, and an hour later the new one, which has replaced it. */
async function deploy(operator: OperatorStore, harness: ConformanceHarness): Promise<void> {
  await operator.declare(OLD);
  await after(60, [operator, harness], NEW);
}

export const operatorHeartbeatsScenarios: readonly ConformanceScenario[] = [
  operating('a declaration that is repeated is a heartbeat, once it is due', async (operator, harness) => {
    await operator.declare(declared(['task']));
    const first = await recordOf(operator);
    await harness.advance(REFRESHED_AFTER - MINUTE);
    await operator.declare(declared(['task'], { replica: 'replica-b' }));
    assert.deepEqual(await recordOf(operator), first);
    await harness.advance(2 * MINUTE);
    await operator.declare(declared(['task'], { replica: 'replica-b' }));
    const refreshed = (await recordOf(operator))!.definition!;
    assert.deepEqual(refreshed.firstDeclared, first?.definition?.firstDeclared);
    assert.equal(refreshed.declaredBy, 'replica-b');
    const since = refreshed.lastDeclared.getTime() - refreshed.firstDeclared.getTime();
    assert.ok(since >= REFRESHED_AFTER + MINUTE);
  }),
  operating(
    'a definition that new code leaves as it is keeps its first declaration, and is declared by the new code',
    async (operator, harness) => {
      await operator.declare(declared(['task', 'removed']));
      const first = (await recordOf(operator))!.definition!.firstDeclared;
      await after(60, [operator, harness], declared(['task'], { replica: 'replica-b', version: '1.0.1' }));
      const { firstDeclared, lastDeclared, declaredBy, version } = (await recordOf(operator))!.definition!;
      assert.deepEqual(firstDeclared, first);
      assert.ok(lastDeclared.getTime() >= first.getTime() + HOUR);
      assert.deepEqual([declaredBy, version], ['replica-b', '1.0.1']);
    },
  ),
  operating(
    'an application without a name is told from another one by its tasks, while that one lives',
    async (operator, harness) => {
      assert.equal(await operator.strangerTo(['task']), undefined);
      await operator.declare(declared(['task', 'other']));
      await operator.declare(declared(['shop/task'], { application: 'shop' }));
      assert.equal(await operator.strangerTo(['task', 'more']), undefined);
      assert.equal(await operator.strangerTo(['mine']), 'task');
      await harness.advance(IN_USE + MINUTE);
      assert.equal(await operator.strangerTo(['mine']), undefined);
    },
  ),
  operating('old and new code side by side do not flap', async (operator, harness) => {
    await operator.declare(OLD);
    assert.equal(await schedule(operator), '0 * * * *');
    await after(1, [operator, harness], NEW);
    for (let beat = 1; beat <= 8; beat++) {
      await after(3, [operator, harness], NEW);
      await after(3, [operator, harness], OLD);
      assert.equal(await schedule(operator), '0 0 * * *');
      assert.deepEqual(await declaredNames(operator), ['added', 'task']);
    }
  }),
  operating(
    'tasks that replicas of one application do not share are all declared, once a deployment would be over',
    async (operator, harness) => {
      const web = declared([DAILY, 'of web'], { application: 'shop' });
      const worker = declared([HOURLY, 'of worker'], { application: 'shop' });
      await operator.declare(worker);
      await after(1, [operator, harness], web);
      const beats = DEPLOYED_WITHIN / MINUTE / 10;
      for (let beat = 1; beat < beats; beat++) await after(10, [operator, harness], web, worker);
      assert.deepEqual(await declaredNames(operator), ['of web', 'task']);
      await after(10, [operator, harness], web, worker);
      await after(1, [operator, harness], worker);
      assert.deepEqual(await declaredNames(operator), ['of web', 'of worker', 'task']);
      // Of a task that both have, each in its own way, the newer one counts, whoever has declared last.
      assert.equal(await schedule(operator), '0 0 * * *');
      await after(10, [operator, harness], worker);
      await after(10, [operator, harness], worker);
      assert.deepEqual(await declaredNames(operator), ['of worker', 'task']);
      assert.equal(await schedule(operator), '0 * * * *');
    },
  ),
  operating(
    'an application without a name is the same one while each deployment keeps one of its tasks',
    async (operator, harness) => {
      await operator.declare(declared(['a', 'b']));
      await after(5, [operator, harness], declared(['b', 'c']));
      await after(5, [operator, harness], declared(['c', 'd']));
      await after(IN_USE / MINUTE + 1, [operator, harness], declared(['c', 'd']));
      assert.deepEqual(await declaredNames(operator), ['c', 'd']);
    },
  ),
  operating(
    'applications with a name are told apart by it, whatever their tasks are',
    async (operator, harness) => {
      const of = (application: string, ...tasks: string[]) =>
        declared(
          tasks.map((task) => `${application}/${task}`),
          { application },
        );
      for (const application of ['shop', 'bank']) await operator.declare(of(application));
      await after(1, [operator, harness], of('shop', 'old'));
      await after(1, [operator, harness], of('bank', 'old'));
      assert.deepEqual(await declaredNames(operator), ['bank/old', 'shop/old']);
      await after(1, [operator, harness], of('shop', 'new'));
      assert.deepEqual(await declaredNames(operator), ['bank/old', 'shop/new']);
    },
  ),
  operating('a replica that starts with old code changes nothing', async (operator, harness) => {
    await operator.declare(OLD);
    await harness.advance(HOUR);
    await operator.declare(NEW);
    await after(10, [operator, harness], NEW);
    await after(1, [operator, harness], OLD);
    assert.equal(await schedule(operator), '0 0 * * *');
    assert.deepEqual(await declaredNames(operator), ['added', 'task']);
  }),
  operating('after a rollback the old code is current again', async (operator, harness) => {
    await deploy(operator, harness);
    for (const minutes of [5, 5, 4.5]) {
      await after(minutes, [operator, harness], OLD);
      assert.equal(await schedule(operator), '0 0 * * *');
      assert.deepEqual(await declaredNames(operator), ['added', 'task']);
    }
    await after(LAPSED_BY / MINUTE - 14.5, [operator, harness], OLD);
    assert.equal(await schedule(operator), '0 * * * *');
    assert.deepEqual(await declaredNames(operator), ['removed', 'task']);
    const { isDeclared, declaredBy } = (await recordOf(operator, 'added'))!.definition!;
    assert.deepEqual([isDeclared, declaredBy], [false, 'replica-new']);
    await operator.declare(NEW);
    assert.deepEqual(await declaredNames(operator), ['added', 'task']);
  }),
  operating(
    'the ledger has each declaration of a task, with the times of that one',
    async (operator, harness) => {
      await deploy(operator, harness);
      for (const minutes of [5, 5, 5, 5]) await after(minutes, [operator, harness], OLD);
      const definitions = await declarationsOf(operator, harness);
      const [oldest, ...others] = definitions;
      const start = oldest!.firstDeclared.getTime();
      const minutes = (at: Date): number => Math.round((at.getTime() - start) / MINUTE);
      const times = [oldest!, ...others].map((each) => [
        each.schedule,
        minutes(each.firstDeclared),
        minutes(each.lastDeclared),
      ]);
      // A definition stands there, too, as it was added itself.
      const expected: unknown[] = [
        ['0 * * * *', 0, 80],
        ['0 0 * * *', 60, 60],
      ];
      for (const each of expected)
        assert.ok(times.some((time) => JSON.stringify(time) === JSON.stringify(each)));
      assert.deepEqual([...new Set(times.map(([name]) => name))], ['0 * * * *', '0 0 * * *']);
      assert.deepEqual(new Set(times.map(([, first]) => first)), new Set([0, 60]));
    },
  ),
  operating(
    'a task that new code sets back is shown so at once, though another one has changed',
    async (operator, harness) => {
      const other = (expression: string) => aTask('other', { schedule: expression });
      await operator.declare(declared([HOURLY, other('0 * * * *')]));
      const first = (await recordOf(operator))!.definition!.firstDeclared;
      await after(60, [operator, harness], declared([DAILY, other('0 * * * *')]));
      assert.equal(await schedule(operator), '0 0 * * *');
      await after(5, [operator, harness], declared([HOURLY, other('0 0 * * *')]));
      assert.equal(await schedule(operator), '0 * * * *');
      assert.equal(await schedule(operator, 'other'), '0 0 * * *');
      assert.deepEqual(await declaredNames(operator), ['other', 'task']);
      assert.deepEqual((await recordOf(operator))!.definition!.firstDeclared, first);
      const ledger = await declarationsOf(operator, harness);
      assert.equal(ledger.at(-1)?.schedule, '0 * * * *');
      assert.ok(ledger.at(-1)!.firstDeclared.getTime() >= first.getTime() + HOUR);
      // Once it is gone from the code, it is shown as it was declared last.
      await after(60, [operator, harness], declared([other('0 0 * * *')]));
      assert.deepEqual(await declaredNames(operator), ['other']);
      assert.equal(await schedule(operator), '0 * * * *');
    },
  ),
  ...(['shop', undefined] as const).map((application) =>
    operating(
      `of three declarations in a circle one is current${application ? '' : ', also without a name'}`,
      async (operator, harness) => {
        const [oldest, middle, newest] = ['oldest', 'middle', 'newest'].map((name) =>
          declared(['task', name], { application }),
        ) as [Declaration, Declaration, Declaration];
        await operator.declare(oldest);
        await after(5, [operator, harness], middle, oldest);
        await after(5, [operator, harness], newest);
        await after(8, [operator, harness], middle);
        assert.deepEqual(await declaredNames(operator), ['newest', 'task']);
        // The oldest one has outlived the newest one, and not the one between.
        await after(8, [operator, harness], oldest);
        assert.deepEqual(await declaredNames(operator), ['middle', 'task']);
      },
    ),
  ),
  operating('an outage of an hour changes nothing', async (operator, harness) => {
    await operator.declare(OLD);
    await after(5, [operator, harness], NEW);
    await after(5, [operator, harness], NEW, OLD);
    const before = await operator.tasks();
    await harness.advance(HOUR);
    assert.deepEqual(await operator.tasks(), before);
    await operator.declare(NEW);
    assert.deepEqual(await declaredNames(operator), ['added', 'task']);
  }),
  operating('a night without replicas changes nothing', async (operator, harness) => {
    await operator.declare(declared([HOURLY, 'removed'], { application: 'shop' }));
    await after(60, [operator, harness], declared([DAILY], { application: 'shop' }));
    for (const gap of [12 * HOUR, 30 * DAY]) {
      await harness.advance(gap);
      await operator.declare(declared(['bank/task'], { application: 'bank' }));
      assert.equal(await schedule(operator), '0 0 * * *');
      assert.deepEqual(await declaredNames(operator), ['bank/task', 'task']);
    }
  }),
  operating(
    'of two applications without a name one is down: its tasks stay declared, and may be forgotten after two days',
    async (operator, harness) => {
      const down = declared(['a1', 'a2'], { replica: 'replica-a' });
      const up = declared(['b1', 'b2'], { replica: 'replica-b' });
      await operator.declare(down);
      await operator.declare(up);
      await after(24 * 60, [operator, harness], up);
      assert.deepEqual(await declaredNames(operator), ['a1', 'a2', 'b1', 'b2']);
      assert.equal(await keeperOf(operator, 'a1'), 'replica-a');
      await harness.advance(GIVEN_UP_AFTER - DAY);
      await operator.declare(up);
      assert.deepEqual(await declaredNames(operator), ['a1', 'a2', 'b1', 'b2']);
      await harness.advance(MINUTE);
      assert.equal(await forgotten(operator, 'a1'), 1);
      assert.deepEqual(await declaredNames(operator), ['a2', 'b1', 'b2']);
      assert.equal(await keeperOf(operator, 'b1'), 'replica-b');
    },
  ),
  operating('a task that is declared is not forgotten', async (operator, harness) => {
    await operator.declare(declared(['task']));
    await operator.recordDied([aDeath(await harness.now())]);
    const { lastDeclared } = (await recordOf(operator))!.definition!;
    assert.deepEqual(await operator.forget('task', STEERING), {
      status: 'refused',
      declaredBy: 'replica-a',
      lastDeclared,
    });
    assert.deepEqual(await declaredNames(operator), ['task']);
    assert.equal((await recordOf(operator))?.lastRun?.outcome, 'died');
    assert.equal((await operator.actions('task', 1))[0]?.answer, 'refused');
  }),
  operating(
    'a task that old code has is not forgotten while a replica may run that code',
    async (operator, harness) => {
      await operator.declare(OLD);
      await after(5, [operator, harness], NEW, OLD);
      assert.equal((await recordOf(operator, 'removed'))?.definition?.isDeclared, false);
      for (let minutes = 0; minutes < KEPT_FOR / MINUTE; minutes += 10) {
        assert.equal(await keeperOf(operator, 'removed'), 'replica-old');
        await after(10, [operator, harness], NEW);
      }
      await after(1, [operator, harness], NEW);
      assert.equal(await keeperOf(operator, 'removed'), undefined);
      assert.deepEqual(await operator.names(), ['added', 'task']);
    },
  ),
  operating('an outage makes no task forgettable', async (operator, harness) => {
    await operator.declare(OLD);
    await after(5, [operator, harness], NEW, OLD);
    await harness.advance(6 * HOUR);
    assert.equal(await keeperOf(operator, 'removed'), 'replica-old');
  }),
  operating(
    'no task is forgotten while the replicas that have it come back from an outage',
    async (operator, harness) => {
      await operator.declare(OLD);
      await after(5, [operator, harness], NEW, OLD);
      await after(20, [operator, harness], OLD);
      assert.equal(await keeperOf(operator, 'added'), 'replica-new');
      await operator.declare(NEW);
      assert.deepEqual(await declaredNames(operator), ['added', 'task']);
    },
  ),
  operating(
    'an application without a name that is down for long stays declared, also beside another one',
    async (operator, harness) => {
      await operator.declare(declared(['a']));
      for (const days of [0, 10, 5]) await after(days * 24 * 60, [operator, harness], declared(['b']));
      await prune(operator);
      assert.deepEqual(await declaredNames(operator), ['a', 'b']);
    },
  ),
  operating(
    'old declarations go where a newer one is there, and with them definitions that another one has replaced',
    async (operator, harness) => {
      await deploy(operator, harness);
      await after(5, [operator, harness], declared([HOURLY, 'other']));
      await operator.declare(declared(['shop/task'], { application: 'shop' }));
      await harness.advance(13 * DAY);
      await operator.declare(declared([HOURLY, 'other']));
      await prune(operator);
      assert.equal(new Set((await declarationsOf(operator, harness)).map((each) => each.schedule)).size, 2);
      await harness.advance(2 * DAY);
      await operator.declare(declared([HOURLY, 'other']));
      await prune(operator);
      const left = await declarationsOf(operator, harness);
      assert.deepEqual(new Set(left.map((each) => each.schedule)), new Set(['0 * * * *']));
      // As it was added, and as the declaration that is left lists it.
      assert.equal(left.length, 2);
      assert.equal((await declarationsOf(operator, harness, 'removed')).length, 1);
      assert.deepEqual(await declaredNames(operator), ['other', 'shop/task', 'task']);
      assert.deepEqual(await operator.names(), ['added', 'other', 'removed', 'shop/task', 'task']);
    },
  ),
];

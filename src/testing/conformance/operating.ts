import { strict as assert } from 'node:assert';
import type { Declaration, DeclaredTask, OperatorStore, TaskRecord } from '../../store/operator-store.js';
import type { RunFacts } from '../../store/recorded-run.js';
import type { ConformanceHarness, ConformanceScenario } from './conformance-harness.js';
import { MINUTE, scenario } from './player.js';
import type { Player } from './player.js';

export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Who steers in the scenarios, and why. */
export const STEERING = { by: 'ana', reason: 'the disk is full' };

/** A scenario for stores that an operator sees and steers; it passes on one without. */
export function operating(name: string, run: OperatedScenario): ConformanceScenario {
  return operatedAs('operator', name, run);
}

export type OperatedScenario = (
  operator: OperatorStore,
  harness: ConformanceHarness,
  a: Player,
  b: Player,
) => Promise<void>;

/** The same, of a rule of its own. */
export function operatedAs(rule: string, name: string, run: OperatedScenario): ConformanceScenario {
  return scenario(rule, name, async (harness, a, b) => {
    const { operator } = harness.store;
    if (operator) await run(operator, harness, a, b);
  });
}

/** A task that is due each minute, as it is declared. */
export function aTask(name: string, overrides: Partial<DeclaredTask> = {}): DeclaredTask {
  return {
    name,
    member: 'Jobs.task',
    schedule: '* * * * *',
    timeZone: 'Europe/Berlin',
    interval: MINUTE,
    minHold: 0.9 * MINUTE,
    maxHold: 5 * MINUTE,
    lease: MINUTE / 2,
    isScheduled: true,
    isConditional: false,
    isDisabled: false,
    isKeyed: false,
    isPolled: true,
    ...overrides,
  };
}

export function declared(
  tasks: readonly (string | DeclaredTask)[],
  overrides: Partial<Declaration> = {},
): Declaration {
  const all = tasks.map((task) => (typeof task === 'string' ? aTask(task) : task));
  return { tasks: all, replica: 'replica-a', version: '1.0.0', ...overrides };
}

/** A run that died, of the lock `task`. */
export function aDeath(startedAt: number, overrides: Partial<RunFacts> = {}): RunFacts {
  return {
    name: 'task',
    task: 'task',
    fence: BigInt(Math.floor(startedAt)),
    trigger: 'tick',
    replica: 'replica-a',
    startedAt: new Date(startedAt),
    ...overrides,
  };
}

/** The record of one task. */
export async function recordOf(operator: OperatorStore, name = 'task'): Promise<TaskRecord | undefined> {
  return (await operator.tasks([name]))[0];
}

/** Which tasks are declared, by their names. */
export async function declaredNames(operator: OperatorStore): Promise<string[]> {
  const tasks = await operator.tasks();
  return tasks.filter(({ definition }) => definition?.isDeclared).map(({ name }) => name);
}

/** Forgets a task, and resolves to how many rows that removed. */
export async function forgotten(operator: OperatorStore, name = 'task'): Promise<number> {
  const result = await operator.forget(name, STEERING);
  assert.equal(result.status, 'forgotten');
  return result.removed;
}

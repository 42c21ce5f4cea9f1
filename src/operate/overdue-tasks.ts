import type { OperatorStore, TaskRecord } from '../store/operator-store.js';
import { knownTask } from './known-task.js';
import { taskState } from './task-states.js';
import { inTurns } from './turns.js';

/** A task that should have run by now. */
export type OverdueTask = { name: string; overdueByMs: number };

/** Resolves to the overdue ones of these tasks, or of all, the latest first. */
export type OverdueTasks = (names?: readonly string[]) => Promise<OverdueTask[]>;

/**
 * Reads overdue tasks, in one statement a table.
 *
 * @throws TaskLockOperatorError if a name is neither in the tables nor declared here; it lists the nearest ones
 */
export function overdueTasksOf(
  store: OperatorStore,
  /** The lock name of a task of this application, which is written down only some time after the start. */
  lockNameHere: (name: string) => string | undefined,
  overdueAfter?: number,
): OverdueTasks {
  return async (given) => {
    // Of this application's task and another's row of the bare name, the own one is meant.
    const names = given?.map((name) => lockNameHere(name) ?? name);
    const [now, records] = await Promise.all([store.now(), store.tasks(names?.filter(isStorable))]);
    await assertKnown(store, names ?? [], records, (name) => lockNameHere(name) !== undefined);
    const states = await inTurns(records, (record) => taskState(record, now, overdueAfter));
    return states
      .flatMap(({ name, overdueByMs }) => (overdueByMs === null ? [] : [{ name, overdueByMs }]))
      .sort((one, other) => other.overdueByMs - one.overdueByMs);
  };
}

/** Others are no names of tasks, and Postgres would refuse the statement. */
function isStorable(name: string): boolean {
  return typeof name === 'string' && !name.includes('\0');
}

async function assertKnown(
  store: OperatorStore,
  names: readonly string[],
  records: readonly TaskRecord[],
  isDeclaredHere: (name: string) => boolean,
): Promise<void> {
  const declared = new Set(records.flatMap(({ name, definition }) => (definition ? [name] : [])));
  for (const name of names) {
    if (!declared.has(name) && !isDeclaredHere(name)) await knownTask(store, 'tasks', name);
  }
}

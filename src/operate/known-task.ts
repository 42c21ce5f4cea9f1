import { ALL_TASKS } from '../store/operator-store.js';
import type { OperatorStore, TaskRecord } from '../store/operator-store.js';
import { nearestNames } from './nearest-names.js';
import { TaskLockOperatorError } from './operator-errors.js';

/** How many of the newest actions on a task are searched. */
const SEARCHED = 50;

type Reads = Pick<OperatorStore, 'tasks' | 'names' | 'actions'>;

/**
 * What is stored of a task, by its exact name.
 *
 * @throws TaskLockOperatorError of this method of the operator if no task has that name; it lists the nearest ones
 */
export async function knownTask(store: Reads, method: string, name: string): Promise<TaskRecord> {
  if (typeof name !== 'string' || name === '' || name === ALL_TASKS) {
    const onlyOne =
      name === ALL_TASKS ? `'*' names all tasks, which only a pause or a resume can mean: ` : '';
    const problem = `${onlyOne}give the name of one task`;
    throw new TaskLockOperatorError({ kind: 'input', method, problem });
  }
  const [record] = name.includes('\0') ? [] : await store.tasks([name]);
  if (record && !(await isForgotten(store, record))) return record;
  const nearest = nearestNames(name, await store.names());
  const isNear = nearest.length > 0;
  const meant = isNear ? `: did you mean ${nearest.map((each) => `'${each}'`).join(' or ')}?` : '';
  throw new TaskLockOperatorError(
    { kind: 'unknown-task', method, problem: `no task is called '${name}'${meant}`, nearest },
    isNear ? undefined : 'tasks() lists all of them',
  );
}

/** A lock may stay behind when its task is forgotten: nothing else is known of it, and it has not run since. */
async function isForgotten(store: Reads, { name, definition, lastRun, locks }: TaskRecord): Promise<boolean> {
  if (definition || lastRun) return false;
  const actions = await store.actions(name, SEARCHED);
  const forgotten = actions.find(({ action, answer }) => action === 'forget' && answer === 'forgotten');
  return forgotten !== undefined && locks.every(({ startedAt }) => startedAt < forgotten.at);
}

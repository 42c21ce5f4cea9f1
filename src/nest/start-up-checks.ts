import { messageOf } from '../common/error-text.js';
import { LockStoreUnavailableError } from '../common/store-unavailable.error.js';
import type { TaskLockProblem } from '../tasks/errors.js';
import type { TaskLockModuleOptions } from '../tasks/options.js';
import { assertScheduleMetadataIsReadable } from '../tasks/schedule/schedule-metadata.js';
import type { TaskScan } from '../tasks/task-scan.js';
import type { TaskLockCore } from './core.js';

/** The options that say where the tables are. */
const TABLE_OPTIONS: ReadonlySet<string> = new Set<keyof TaskLockModuleOptions>(['table', 'schema']);

/** Everything that keeps the application from starting: wrong options, wrong tasks, a table that is missing. */
export async function startUpProblems(
  { settings, store }: TaskLockCore,
  moduleImports: readonly unknown[],
  { tasks, problems: ofTasks }: TaskScan,
): Promise<TaskLockProblem[]> {
  const problems = [...settings.problems, ...importProblems(moduleImports), ...ofTasks];
  /** Resolves to the error that a check has thrown, if any. */
  const failed = async (place: Omit<TaskLockProblem, 'message'>, check: () => unknown): Promise<unknown> => {
    try {
      await check();
      return undefined;
    } catch (error) {
      problems.push({ ...place, message: messageOf(error) });
      return error;
    }
  };
  await failed({ where: '@nestjs/schedule' }, assertScheduleMetadataIsReadable);
  // No migration makes tables of a wrong name, which is what their absence would be answered with.
  if (settings.problems.some(({ option = '' }) => TABLE_OPTIONS.has(option))) return problems;
  const database = { where: 'TaskLockModule', option: 'dataSource' };
  const problem = await failed(database, () => store.prepare([...tasks.keys()]));
  // The database is not there, or has not been migrated: that is said once.
  if (problem instanceof LockStoreUnavailableError) return problems;
  const requested = [...tasks.values()]
    .filter(({ expectsRequests }) => expectsRequests)
    .map(({ name }) => name);
  const [first] = requested;
  if (first === undefined) return problems;
  const { requests } = store;
  if (requests) {
    await failed(database, () => requests.prepare(requested));
  } else {
    const message = `${store.constructor.name} has no \`requests\`, which the task '${first}' needs`;
    problems.push({ where: 'TaskLockModule', option: 'store', message });
  }
  return problems;
}

function importProblems(imports: readonly unknown[]): TaskLockProblem[] {
  if (imports.length === 1) return [];
  const copies = new Set(imports).size;
  const from =
    copies === 1
      ? ''
      : `, from ${copies} copies of nestjs-task-lock (a CommonJS one and an ES module, or two versions)`;
  const message =
    `it is imported ${imports.length} times${from}: import it once, in the root module, since it is global. In a test of an ` +
    `application that imports it already, override its LOCK_STORE from 'nestjs-task-lock/testing'`;
  return [{ where: 'TaskLockModule', message }];
}

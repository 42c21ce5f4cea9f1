import { marked } from '../common/marked.js';

/** One thing that is wrong with the configuration, and where. */
export interface TaskLockProblem {
  /** The class and the method, or the module. */
  where: string;
  option?: string;
  message: string;
}

/** Stands in place of an option if the schedule is wrong. */
export const SCHEDULE_OPTION = 'its schedule';

/**
 * The configuration is wrong: for example a placeholder has no value, a duration does not parse, two tasks share a
 * name, or the lock table is missing. Thrown at start-up, with everything that is wrong at once. `TaskLockService.run`
 * and `attachTaskLock` throw it at the call.
 */
@marked('configuration')
export class TaskLockConfigurationError extends Error {
  override readonly name = 'TaskLockConfigurationError';

  constructor(readonly problems: readonly TaskLockProblem[]) {
    super(describe(problems));
  }
}

/** Thrown if `@TaskLock` or `TaskLockService` is used in a way that cannot work. */
@marked('usage')
export class TaskLockUsageError extends Error {
  override readonly name = 'TaskLockUsageError';
}

function describe(problems: readonly TaskLockProblem[]): string {
  const lines = problems.map(({ where, option, message }) => `  - ${placeOf(where, option)}: ${message}`);
  return [
    `nestjs-task-lock cannot start: ${problems.length === 1 ? 'one thing is' : `${problems.length} things are`} wrong.`,
    ...lines,
  ].join('\n');
}

function placeOf(where: string, option: string | undefined): string {
  if (option === undefined) return where;
  return `${where}, ${option === SCHEDULE_OPTION ? option : `option ${option}`}`;
}

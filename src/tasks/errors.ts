/** One thing that is wrong, and where. */
export interface TaskLockProblem {
  /** The class and the method, or the module. */
  where: string;
  option?: string;
  message: string;
}

/** What a problem with a schedule names in place of an option. */
export const SCHEDULE_OPTION = 'its schedule';

/**
 * Thrown at start-up (by `TaskLockService.run` and `attachTaskLock` at the call) with everything that is wrong at once:
 * placeholders without a value, durations that do not parse, holds that exclude each other, names that are taken twice, a lock table that is missing.
 */
export class TaskLockConfigurationError extends Error {
  override readonly name = 'TaskLockConfigurationError';

  constructor(readonly problems: readonly TaskLockProblem[]) {
    super(describe(problems));
  }
}

/** Thrown where `@TaskLock` or `TaskLockService` is used in a way that cannot work. */
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

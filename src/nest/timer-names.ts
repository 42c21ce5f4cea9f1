import { memberOf } from '../tasks/declaration.js';
import { SCHEDULE_OPTION } from '../tasks/errors.js';
import type { TaskLockProblem } from '../tasks/errors.js';
import type { ScheduleMetadata } from '../tasks/schedule/schedule-metadata.js';

/** A method that the scheduler fires under a name. */
export interface NamedTimer {
  kind: ScheduleMetadata['kind'];
  name: string;
  type: abstract new (...args: never) => unknown;
  key: string | symbol;
  /** Whether it is a task: other methods are none of the lock's business. */
  isTask: boolean;
}

/**
 * Tasks that share a timer's name with another method. Before version 12 @nestjs/schedule fires one of the two, without
 * a word about the other.
 */
export function timerNameProblems(timers: readonly NamedTimer[]): TaskLockProblem[] {
  const owners = new Map<string, NamedTimer>();
  const problems: TaskLockProblem[] = [];
  for (const timer of timers) {
    const place = JSON.stringify([timer.kind, timer.name]);
    const owner = owners.get(place);
    if (!owner) owners.set(place, timer);
    else if (!isSame(owner, timer) && (owner.isTask || timer.isTask)) problems.push(problemOf(timer, owner));
  }
  return problems;
}

/** A class that is registered twice has its methods twice. */
function isSame(one: NamedTimer, other: NamedTimer): boolean {
  return one.type === other.type && one.key === other.key;
}

function problemOf({ kind, name, type, key }: NamedTimer, owner: NamedTimer): TaskLockProblem {
  const what = kind === 'cron' ? 'cron job' : kind;
  return {
    where: memberOf(type, key),
    option: SCHEDULE_OPTION,
    message:
      `'${name}' is the name of the ${what} of ${memberOf(owner.type, owner.key)} already, and the scheduler fires ` +
      `only one of them: give each a name of its own`,
  };
}

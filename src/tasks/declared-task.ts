import type { DeclaredTask } from '../store/operator-store.js';
import type { ModuleSettings } from './settings/module-settings.js';
import type { Task } from './task.js';

/** Where a task was found. */
export interface TaskPlace {
  /** Class and method, like `Jobs.cleanUp`. */
  member: string;
  /** The one instance of its class, unless that is made anew for each request. */
  instance?: object;
  /** Whether timers and requests reach its method: not on an object of a request, nor behind an override. */
  isFired: boolean;
}

/** What is declared of a task as it is scheduled now. */
export function declaredTaskOf(
  task: Task,
  { member, isFired }: Omit<TaskPlace, 'instance'>,
  { operatorPolling }: Pick<ModuleSettings, 'operatorPolling'>,
): DeclaredTask {
  const { name, schedule, interval, minHold, maxHold, lease, when, key } = task;
  return {
    name,
    member,
    schedule: schedule?.text,
    timeZone: schedule?.timeZone,
    interval,
    minHold,
    maxHold,
    lease,
    isScheduled: schedule?.kind === 'cron',
    isConditional: when !== undefined,
    // A schedule that nothing fires is never overdue.
    isDisabled: schedule !== undefined && (schedule.isDisabled || !isFired),
    isKeyed: key !== undefined,
    isPolled: operatorPolling !== Infinity,
  };
}

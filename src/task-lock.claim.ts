import type { TaskClaim } from './lock/task-claim.js';
import type { TaskCall } from './task-lock.context.js';

/**
 * What a call asks of the lock. A direct call of a scheduled task takes no tick and is stopped only by a run in
 * progress, so that "run now" gets its run.
 */
export function claimOf({ task, tick, direct }: TaskCall): TaskClaim {
  const { name, schedule, recover, maxHold, lease, tolerance } = task;
  const minHold = direct ? 0 : (schedule?.minHoldBefore(tick, task.minHold) ?? task.minHold);
  return { name, tick, recover, minHold, maxHold, lease, tolerance };
}

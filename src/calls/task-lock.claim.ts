import { keyedPrefix } from '../store/keyed-name.js';
import type { TaskClaim } from '../lock/task-claim.js';
import { isTick, lockNameOf } from './task-call.js';
import type { TaskCall } from './task-call.js';

/**
 * What a call asks of the lock. A direct call of a scheduled task takes no tick and is stopped only by a run in
 * progress, so that "run now" gets its run.
 */
export function claimOf(call: TaskCall): TaskClaim {
  const { task, tick, direct } = call;
  const { schedule, recover, maxHold, lease, tolerance, catchUpWindow } = task;
  const ownHold = direct ? 0 : (schedule?.minHoldBefore(tick, task.minHold) ?? task.minHold);
  const minHold = Math.max(ownHold, call.served?.spacing ?? 0);
  const claim: TaskClaim = { name: lockNameOf(call), tick, recover, minHold, maxHold, lease, tolerance };
  if (call.key !== undefined) claim.keyPrefix = keyedPrefix(task.name);
  if (catchUpWindow !== undefined) claim.instants = schedule?.instants;
  if (!isTick(call)) claim.patience = task.waitTimeout;
  return claim;
}

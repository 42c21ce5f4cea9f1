import { TaskLockHeldError, TaskLockTimeoutError, TaskLockUnavailableError } from '../lock/errors.js';
import type { Skipped } from '../lock/task-claim.js';
import { isTick } from './task-call.js';
import type { TaskCall } from './task-call.js';

/**
 * What a call that was not run resolves to, by its task's `overlap`.
 *
 * @throws TaskLockHeldError, TaskLockTimeoutError or TaskLockUnavailableError where the caller wants to be told
 */
export function skippedOrThrown(call: TaskCall, skipped: Skipped): Skipped {
  const { key, task } = call;
  const { name, overlap, waitTimeout = 0 } = task;
  if (isTick(call) || overlap === 'skip' || overlap === 'bufferOne') return skipped;
  if (skipped.reason !== 'held') throw new TaskLockUnavailableError({ task: name, key }, skipped.reason);
  if (overlap === 'throw') throw new TaskLockHeldError({ task: name, key }, skipped);
  throw new TaskLockTimeoutError({ task: name, key }, skipped, waitTimeout);
}

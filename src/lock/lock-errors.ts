/**
 * Why code of a task no longer holds its lock: the maximum hold is over; the lease could not be renewed in time; the row
 * was taken by another claim; a shutdown ran out of patience; `released`, the code has outlived its run.
 */
export type LockLossReason = 'maximum hold' | 'lease' | 'taken' | 'shutdown' | 'released';

/**
 * The lock of a running task is lost, or must be taken for lost: the reason of `currentTaskRun().signal`, and what
 * `assertHeld()` throws. Another replica may be running the task from now on, so the method should stop.
 *
 * @example
 * for (const page of pages) {
 *   currentTaskRun()?.assertHeld(); // throws TaskLockLostError
 *   await this.export(page);
 * }
 */
export class TaskLockLostError extends Error {
  override readonly name = 'TaskLockLostError';

  constructor(
    /** The task's lock name. */
    readonly task: string,
    /** What ended the lock. */
    readonly reason: LockLossReason,
    message: string,
  ) {
    super(message);
  }
}

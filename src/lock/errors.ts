import { marked } from '../common/marked.js';
import type { Skipped, SkipReason } from './task-claim.js';

/**
 * Why code of a task should stop: the maximum hold is over; the lease could not be renewed in time; the row was taken by
 * another claim; a shutdown ran out of patience; `released`, the code has outlived its run; `cancelled`, an operator asked
 * the run to stop, which keeps its lock until the method settles.
 */
export type LockLossReason = 'maximum hold' | 'lease' | 'taken' | 'shutdown' | 'released' | 'cancelled';

/**
 * The lock of a running task is lost, or must be taken for lost: the reason of `currentTaskRun().signal`, and what
 * `assertHeld()` throws. Another replica may be running the task from now on, so the method should stop. A run that is
 * `cancelled` should stop, too, and no other one begins before it has.
 *
 * @example
 * for (const page of pages) {
 *   currentTaskRun()?.assertHeld(); // throws TaskLockLostError
 *   await this.export(page);
 * }
 */
@marked('lost')
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

/** Names the lock that a call did not get. */
interface Wanted {
  task: string;
  key?: string;
}

/**
 * A call of a task with `overlap: 'throw'` found the lock held.
 *
 * @example
 * catch (error) {
 *   if (error instanceof TaskLockHeldError) throw new ConflictException(`is running on ${error.heldBy}`);
 *   throw error;
 * }
 */
@marked('held')
export class TaskLockHeldError extends Error {
  override readonly name: string = 'TaskLockHeldError';
  /** The name of the task. */
  readonly task: string;
  /** The key whose lock is held. */
  readonly key?: string;
  /** The replica that runs the task, or ran it last. */
  readonly heldBy?: string;
  /** When its lease or the minimum hold ends, by the database's clock. A run in progress renews its lease. */
  readonly heldUntil?: Date;

  constructor({ task, key }: Wanted, { heldBy, heldUntil }: Skipped, waited = '') {
    const until = heldUntil === undefined ? '' : `, until ${heldUntil.toISOString()}`;
    super(`${describe({ task, key })} is held by ${heldBy ?? 'another run'}${until}${waited}.`);
    this.task = task;
    this.key = key;
    this.heldBy = heldBy;
    this.heldUntil = heldUntil;
  }
}

/** A call of a task with `overlap: 'wait'` did not get the lock within `waitTimeout`. */
@marked('timeout')
export class TaskLockTimeoutError extends TaskLockHeldError {
  override readonly name = 'TaskLockTimeoutError';

  constructor(
    wanted: Wanted,
    skipped: Skipped,
    /** How long it waited, in milliseconds. */
    readonly waitTimeout: number,
  ) {
    super(wanted, skipped, `: this call waited ${waitTimeout} ms for it`);
  }
}

const WHY: Partial<Record<SkipReason, string>> = {
  stopping: 'the application shuts down',
  condition: 'its condition (option when) is not true on this replica',
  paused: 'an operator has paused the task',
};

/**
 * A call of a task with `overlap: 'wait'`, `'throw'` or `'bufferOne'`, or with `debounce`, could not claim its lock: it
 * did not run, and may be repeated.
 */
@marked('unavailable')
export class TaskLockUnavailableError extends Error {
  override readonly name = 'TaskLockUnavailableError';
  readonly task: string;
  readonly key?: string;

  constructor(
    { task, key }: Wanted,
    /**
     * `unavailable`: the database gave no answer; `stopping`: the application shuts down; `condition`: the task's `when`
     * is not true on this replica; `paused`: an operator has paused the task.
     */
    readonly reason: SkipReason,
    problem = 'the database gave no answer',
  ) {
    super(
      `${describe({ task, key })} could not be claimed: ${WHY[reason] ?? problem}. The method did not run.`,
    );
    this.task = task;
    this.key = key;
  }
}

function describe({ task, key }: Wanted): string {
  return key === undefined
    ? `The lock of the task "${task}"`
    : `The lock of the task "${task}" for the key "${key}"`;
}

import '../common/async-disposable.js';
import type { HeldLock } from '../lock/held-lock.js';
import type { TaskLocks } from '../lock/task-locks.js';
import type { FencedTransactions } from './fenced-transactions.js';
import { LockedTaskRun } from './locked-task-run.js';
import type { TaskRun } from './task-run.js';

/**
 * A lock that you hold until you release it: what `TaskLockService.acquire` answers. It is a run of its name, so that
 * history, events and operators show it as one.
 *
 * @example
 * await using lock = await this.taskLock.acquire('import');
 * if (!lock) return;
 * await this.import(lock.signal);
 */
export interface AcquiredLock extends TaskRun, AsyncDisposable {
  /**
   * Gives the lock back. It never rejects: without an answer of the database it is repeated in the background until the
   * lease would have ended. A second call is harmless.
   */
  release(): Promise<void>;
}

/** An acquired lock over the run that holds it. */
export class HandHeldLock extends LockedTaskRun implements AcquiredLock {
  private releasing?: Promise<void>;

  constructor(
    call: { task: { name: string }; key?: string },
    lock: HeldLock,
    private readonly locks: Pick<TaskLocks, 'extend' | 'release'>,
    transactions: FencedTransactions,
    /** Told of the release: requests that waited for the task may run. */
    private readonly released: () => void,
  ) {
    super(call, lock, locks, transactions);
  }

  release(): Promise<void> {
    return (this.releasing ??= this.end());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  /** Nobody says whether the work succeeded. If it was cut off, that is how it ended. */
  private async end(): Promise<void> {
    const { isCancelled, isAborted } = this.lock;
    await this.locks.release(this.lock, isCancelled || isAborted ? 'failed' : 'succeeded');
    this.released();
  }
}

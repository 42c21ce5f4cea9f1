import { HeldLock } from '../lock/held-lock.js';
import type { TaskLocks } from '../lock/task-locks.js';
import { HandHeldLock } from './acquired-lock.js';
import type { AcquiredLock } from './acquired-lock.js';
import type { FencedTransactions } from './fenced-transactions.js';
import { claimOf } from './task-call.js';
import type { TaskCall } from './task-call.js';
import { skippedOrThrown } from './task-lock.interceptor.js';

/** Claims locks for code that releases them itself. */
export class LockAcquirer {
  constructor(
    private readonly locks: TaskLocks,
    private readonly transactions: FencedTransactions,
    /** Told of each release: requests that waited for the task may run. */
    private readonly requests: { released(task: string): void },
  ) {}

  /**
   * Never joins an enclosing run of the same lock: whoever releases it would end that one.
   *
   * @throws TaskLockTimeoutError or TaskLockUnavailableError where the call waits, and does not get the lock
   */
  async acquire(call: TaskCall): Promise<AcquiredLock | undefined> {
    const { locks, transactions, requests } = this;
    const lock = await locks.claim(claimOf(call));
    if (lock instanceof HeldLock)
      return new HandHeldLock(call, lock, locks, transactions, () => requests.released(call.task.name));
    skippedOrThrown(call, lock);
    return undefined;
  }
}

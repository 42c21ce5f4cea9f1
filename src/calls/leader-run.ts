import type { LockLossReason } from '../lock/errors.js';
import { TaskLockLostError } from '../lock/errors.js';
import type { HeldLock } from '../lock/held-lock.js';
import type { TaskLocks } from '../lock/task-locks.js';
import type { FencedTransactions } from './fenced-transactions.js';
import { LockedTaskRun } from './locked-task-run.js';

/**
 * Why a leader leads no longer: `lease`, it could not be renewed in time; `taken`, the row is no longer its own, as after
 * an operator's `release`; `cancelled`, an operator asked it to stop; `stopped`, by `stop()`; `shutdown`, its application
 * shuts down; `failed`, its `onElected` threw.
 */
export type DeposedReason = 'lease' | 'taken' | 'cancelled' | 'stopped' | 'shutdown' | 'failed';

/** What the loss of the lock means for a leader. Its maximum hold is a hundred years. */
const LOST: Readonly<Record<LockLossReason, DeposedReason>> = {
  lease: 'lease',
  'maximum hold': 'lease',
  taken: 'taken',
  released: 'taken',
  cancelled: 'cancelled',
  shutdown: 'shutdown',
};

/** One term of a leader: a run whose signal aborts also where the leader gives the lock up by itself. */
export class LeaderRun extends LockedTaskRun {
  private readonly term = new AbortController();
  private end!: (reason: DeposedReason) => void;
  /** Resolves when the signal aborts, to why. */
  readonly deposed = new Promise<DeposedReason>((resolve) => (this.end = resolve));

  constructor(
    call: { task: { name: string } },
    lock: HeldLock,
    leases: Pick<TaskLocks, 'extend'>,
    transactions: FencedTransactions,
  ) {
    super(call, lock, leases, transactions);
    const { signal } = lock;
    const lost = (): void => this.abort(signal.reason as TaskLockLostError);
    if (signal.aborted) lost();
    else signal.addEventListener('abort', lost, { once: true });
  }

  override get signal(): AbortSignal {
    return this.term.signal;
  }

  get isLeading(): boolean {
    return !this.signal.aborted && this.lock.isHeld();
  }

  /** Ends the term. The lock is still held, and renewed, until it is released. */
  handOver(reason: 'stopped' | 'shutdown' | 'failed'): void {
    const message = `The leader of "${this.name}" hands over (${reason}): stop now. It keeps its lock until its work has settled.`;
    const loss = reason === 'shutdown' ? 'shutdown' : 'released';
    this.abort(new TaskLockLostError(this.name, loss, message), reason);
  }

  private abort(error: TaskLockLostError, reason = LOST[error.reason]): void {
    this.end(reason);
    this.term.abort(error);
  }
}

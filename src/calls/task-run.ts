import type { EntityManager } from 'typeorm';
import type { DurationInput } from '../common/duration.js';
import type { PreviousRun } from '../store/lock-store.js';

/** What a running task knows about itself. */
export interface TaskRun {
  /** The name of the task. */
  readonly name: string;
  /** The key whose lock this run holds, if the task has a lock for each key. */
  readonly key?: string;
  /** Grows with every claim of this name. Pass it to other systems, so that they can refuse a stale holder. */
  readonly fence: bigint;
  /** A uuid, new for every claim. */
  readonly token: string;
  /** The tick that this run is for, the same on every replica. A direct call has none. */
  readonly scheduledTime?: Date;
  /** When the claim was won, by the database's clock. */
  readonly startedAt: Date;
  /** True if this run repeats the tick of a run that died in the middle. Clear what that one left behind. */
  readonly recovering: boolean;
  /**
   * The run before this one, if it did not finish: its replica died or was cut off.
   *
   * @example
   * if (currentTaskRun()?.previous) await this.removeStaleFiles();
   */
  readonly previous?: PreviousRun;
  /**
   * Aborts when the lock is lost, and when a shutdown has waited its `shutdownTimeout`. Its reason is a
   * `TaskLockLostError`.
   *
   * @example
   * await fetch(url, { signal: currentTaskRun()?.signal });
   */
  readonly signal: AbortSignal;
  /**
   * Reads the clocks. So it is right even in the first moment after the process was stopped and woke up.
   *
   * @throws TaskLockLostError when the lock is no longer held
   */
  assertHeld(): void;
  /**
   * Moves the lease by hand, never past the maximum hold. Use it before work that blocks the event loop, which would
   * keep the renewals from being sent.
   *
   * @param duration from now: milliseconds, or a text with a unit
   * @throws TaskLockLostError when the lock is no longer held
   * @throws Error where the duration cannot be read
   * @example
   * await currentTaskRun()?.extend('5m');
   */
  extend(duration: DurationInput): Promise<void>;
  /**
   * Runs database work that commits under the lock or rolls back. The last statement before the commit checks that this
   * run still holds its lock, and nobody can take it until the commit is done. Use the `manager` that the work is given,
   * or a repository from `manager.withRepository(repository)`: other work is not part of the transaction. A call from
   * inside joins the outer transaction.
   *
   * @param options.isolationLevel default `READ COMMITTED`; a stricter one fails with 40001 if the lease was renewed
   *   meanwhile
   * @throws TaskLockLostError if the lock was lost: everything is rolled back
   * @throws TaskLockUsageError inside a transaction that a library propagates to the data source's repositories, and with
   *   a store that has no `holdThroughCommit`
   * @throws whatever `work` throws, unchanged, after a rollback
   * @example
   * await currentTaskRun()?.transaction(async (manager) => {
   *   await manager.withRepository(this.invoices).insert(invoice);
   * });
   */
  transaction<T>(work: (manager: EntityManager) => Promise<T>, options?: TaskTransactionOptions): Promise<T>;
  /** What names this run. The fence is a string, because JSON has no bigint. */
  toJSON(): Record<string, unknown>;
}

/** Options of a run's `transaction`. */
export interface TaskTransactionOptions {
  /** Default: `READ COMMITTED`, whatever the database's own default is. */
  isolationLevel?: 'READ UNCOMMITTED' | 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';
}

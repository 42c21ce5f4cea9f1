import type { EntityManager } from 'typeorm';
import type { DurationInput } from '../common/duration.js';
import type { PreviousRun } from '../store/lock-store.js';

/** What a running task knows of itself. */
export interface TaskRun {
  /** The name of the task. */
  readonly name: string;
  /** The key whose lock this run holds, where the task has one for each; else none. */
  readonly key?: string;
  /** Grows with every claim of this name: hand it to other systems, so that they can refuse a stale holder. */
  readonly fence: bigint;
  /** A uuid, new for every claim. */
  readonly token: string;
  /** The tick that this run is for, the same on every replica; none for a direct call. */
  readonly scheduledTime?: Date;
  /** When the claim was won, by the database's clock. */
  readonly startedAt: Date;
  /** True where this run repeats the tick of a run that died in the middle: clear what that one left behind. */
  readonly recovering: boolean;
  /**
   * The run before this one, where it did not finish: its replica died or was cut off.
   *
   * @example
   * if (currentTaskRun()?.previous) await this.removeStaleFiles();
   */
  readonly previous?: PreviousRun;
  /**
   * Aborts when the lock is lost (its reason is a `TaskLockLostError`), or when a shutdown ran out of patience.
   *
   * @example
   * await fetch(url, { signal: currentTaskRun()?.signal });
   */
  readonly signal: AbortSignal;
  /**
   * Reads the clocks, so that it is right also in the first moment after the process was stopped and woke up.
   *
   * @throws TaskLockLostError when the lock is no longer held
   */
  assertHeld(): void;
  /**
   * Moves the lease by hand, before work that keeps the event loop busy and would starve the renewals. Never past the
   * maximum hold.
   *
   * @param duration from now: milliseconds, or a text with a unit
   * @throws TaskLockLostError when the lock is no longer held
   * @throws Error where the duration cannot be read
   * @example
   * await currentTaskRun()?.extend('5m');
   */
  extend(duration: DurationInput): Promise<void>;
  /**
   * Runs database work that commits under the lock or rolls back: the last statement before the commit checks that this
   * run still holds its lock, and nobody can take it until the commit is done. Give the work its `manager`, or a
   * repository by `manager.withRepository(repository)`: what goes past it is not part of the transaction. A call from
   * inside joins the transaction that there is.
   *
   * @param options.isolationLevel default `READ COMMITTED`; a stricter one fails with 40001 where the lease was renewed
   *   meanwhile
   * @throws TaskLockLostError where the lock was lost: everything is rolled back
   * @throws TaskLockUsageError inside a transaction that a library propagates to the data source's repositories
   * @throws whatever `work` throws, unchanged, after a rollback
   * @example
   * await currentTaskRun()?.transaction(async (manager) => {
   *   await manager.withRepository(this.invoices).insert(invoice);
   * });
   */
  transaction<T>(work: (manager: EntityManager) => Promise<T>, options?: TaskTransactionOptions): Promise<T>;
  /** What names this run; the fence as a string, since JSON has no bigint. */
  toJSON(): Record<string, unknown>;
}

/** Options of a run's `transaction`. */
export interface TaskTransactionOptions {
  /** Default: `READ COMMITTED`, whatever the database's own default is. */
  isolationLevel?: 'READ UNCOMMITTED' | 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';
}

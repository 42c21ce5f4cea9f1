import type { DataSource, EntityManager } from 'typeorm';
import type { HeldLock } from '../lock/held-lock.js';
import { TaskLockUsageError } from '../tasks/errors.js';
import type { TaskTransactionOptions, TaskTransactions } from './task-run.js';
import type { PostgresLockStore } from '../store/postgres/postgres-lock-store.js';

/** Milliseconds that a holder may be paused between the last check and its commit, where its lease is not shorter. */
const COMMIT_PATIENCE = 5_000;

/** Transactions that commit under the lock or roll back: the database itself checks, as the last statement. */
export class FencedTransactions implements TaskTransactions {
  constructor(
    private readonly dataSource: () => DataSource,
    private readonly store: PostgresLockStore,
  ) {}

  /**
   * Through a query runner of its own, as every statement of the lock: a transaction-propagation library would put the
   * work into the caller's transaction, which the check does not end.
   */
  async run<T>(
    lock: HeldLock,
    work: (manager: EntityManager) => Promise<T>,
    { isolationLevel = 'READ COMMITTED' }: TaskTransactionOptions = {},
  ): Promise<T> {
    const runner = this.dataSource().createQueryRunner('master');
    try {
      return await runner.manager.transaction(isolationLevel, async (manager) => {
        assertOwnRepositories(manager);
        const value = await work(manager);
        lock.assertHeld();
        const patience = Math.min(COMMIT_PATIENCE, lock.state.lease);
        if (!(await this.store.holdThroughCommit(runner, lock.state, patience))) lock.lose('taken');
        lock.assertHeld();
        return value;
      });
    } finally {
      await runner.release();
    }
  }
}

/**
 * typeorm-transactional gives every repository the manager of the caller's transaction, also those that were got from
 * another one: their work would be committed there, without the check.
 */
function assertOwnRepositories(manager: EntityManager): void {
  const [entity] = manager.connection.entityMetadatas;
  if (!entity || manager.getRepository(entity.target).manager === manager) return;
  throw new TaskLockUsageError(
    "currentTaskRun().transaction() was called inside a transaction of the caller's, into which a library propagates the " +
      'work of repositories: it could not be fenced. Call it outside of that transaction, or leave out @Transactional().',
  );
}

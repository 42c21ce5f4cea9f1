import type { DataSource, EntityManager } from 'typeorm';
import type { HeldLock } from '../lock/held-lock.js';
import type { LockStore } from '../store/lock-store.js';
import { TaskLockUsageError } from '../tasks/errors.js';
import type { TaskTransactionOptions } from './task-run.js';

/** Milliseconds that a holder may be paused between the last check and its commit; its lease, if that is shorter. */
const COMMIT_TIMEOUT = 5_000;

/** Transactions that commit under the lock or roll back: the store itself checks, as the last statement. */
export class FencedTransactions {
  constructor(
    private readonly dataSource: () => DataSource,
    private readonly store: LockStore,
  ) {}

  /** @throws TaskLockUsageError where the store cannot hold a lock through a commit: the work would run unfenced */
  async run<T>(
    lock: HeldLock,
    work: (manager: EntityManager) => Promise<T>,
    { isolationLevel = 'READ COMMITTED' }: TaskTransactionOptions = {},
  ): Promise<T> {
    const { store } = this;
    if (!store.holdThroughCommit) throw cannotFence(store);
    return inTransaction(this.dataSource(), isolationLevel, async (manager) => {
      assertOwnRepositories(manager);
      const value = await work(manager);
      lock.assertHeld();
      const timeout = Math.min(COMMIT_TIMEOUT, lock.state.lease);
      if (!(await store.holdThroughCommit?.(manager, lock.state, timeout))) lock.lose('taken');
      lock.assertHeld();
      return value;
    });
  }
}

/**
 * Opens a query runner of its own, as every statement of the lock does: a transaction-propagation library would put the
 * work into the caller's transaction, which the check does not end.
 */
async function inTransaction<T>(
  dataSource: DataSource,
  isolationLevel: NonNullable<TaskTransactionOptions['isolationLevel']>,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  // The mock of a test often has nothing but `transaction`.
  if (typeof dataSource.createQueryRunner !== 'function') return dataSource.transaction(isolationLevel, work);
  const runner = dataSource.createQueryRunner('master');
  try {
    return await runner.manager.transaction(isolationLevel, work);
  } finally {
    // A connection that broke is released already: that must hide neither the commit nor the error of the work.
    await runner.release().catch(() => undefined);
  }
}

/**
 * typeorm-transactional gives every repository the manager of the caller's transaction, even one that another manager
 * made: its work would be committed there, without the check.
 */
function assertOwnRepositories(manager: EntityManager): void {
  // The mock of a test often has no connection.
  const { connection }: Partial<Pick<EntityManager, 'connection'>> = manager;
  const [entity] = connection?.entityMetadatas ?? [];
  if (!entity || manager.getRepository(entity.target).manager === manager) return;
  throw new TaskLockUsageError(
    "currentTaskRun().transaction() was called inside a transaction of the caller's, into which a library propagates the " +
      'work of repositories: it could not be fenced. Call it outside of that transaction, or leave out @Transactional().',
  );
}

function cannotFence(store: LockStore): TaskLockUsageError {
  return new TaskLockUsageError(
    `currentTaskRun().transaction() needs a store with \`holdThroughCommit\`, and ${store.constructor.name} has none: ` +
      'nothing would keep a run that lost its lock from committing. Give the store that method; one that wraps another ' +
      'store passes it on.',
  );
}

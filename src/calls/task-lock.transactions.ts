import type { DataSource, EntityManager } from 'typeorm';
import type { HeldLock } from '../lock/held-lock.js';
import type { LockStore } from '../store/lock-store.js';
import { FencedTransactions } from './fenced-transactions.js';
import { PostgresLockStore } from '../store/postgres/postgres-lock-store.js';
import type { TaskTransactionOptions, TaskTransactions } from './task-run.js';

/** The transactions of runs whose lock is in this store. */
export function transactionsFor(store: LockStore, dataSource: () => DataSource): TaskTransactions {
  return store instanceof PostgresLockStore
    ? new FencedTransactions(dataSource, store)
    : new LocallyCheckedTransactions(dataSource);
}

/** For locks that are not in the same database (tests, `enabled: false`): only this process's clocks are asked. */
class LocallyCheckedTransactions implements TaskTransactions {
  constructor(private readonly dataSource: () => DataSource) {}

  run<T>(
    lock: HeldLock,
    work: (manager: EntityManager) => Promise<T>,
    { isolationLevel = 'READ COMMITTED' }: TaskTransactionOptions = {},
  ): Promise<T> {
    return this.dataSource().transaction(isolationLevel, async (manager) => {
      const value = await work(manager);
      lock.assertHeld();
      return value;
    });
  }
}

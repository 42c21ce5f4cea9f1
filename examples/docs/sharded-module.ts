import type { DataSource } from 'typeorm';
import { TaskLockModule } from 'nestjs-task-lock';
import { PostgresLockStore } from 'nestjs-task-lock/store';
import { ShardedLockStore } from './sharded-lock-store.js';

export function lockModule(first: DataSource, second: DataSource) {
  // #region module
  const shards = [first, second].map((dataSource) => new PostgresLockStore(() => dataSource));

  return TaskLockModule.forRoot({ store: new ShardedLockStore(shards) });
  // #endregion module
}

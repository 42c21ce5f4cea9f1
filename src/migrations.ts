import type { MigrationInterface } from 'typeorm';
import { CreateTaskLockTable1763683200000 } from '../migrations/1763683200000-create-task-lock-table.js';
import { CreateTaskLockRequestTable1795219200000 } from '../migrations/1795219200000-create-task-lock-request-table.js';
import { CreateTaskLockOperatingTables1795651200000 } from '../migrations/1795651200000-create-task-lock-operating-tables.js';
import { DEFAULT_TABLE } from './store/postgres/table-name.js';

/** A TypeORM migration class, as `DataSourceOptions.migrations` takes it. */
export type TaskLockMigration = new () => MigrationInterface;

/** Where {@link taskLockMigrationsFor} makes the tables. */
export interface TaskLockTable {
  /** Default: the data source's own `schema`, else the connection's search_path. */
  schema?: string;
  /** The lock table. The others have its name with `_request`, `_run` and so on behind it. Default: `task_lock`. */
  table?: string;
}

/**
 * The migrations of the lock table, of the table of requests, and of the tables that operating needs, in the data
 * source's own schema.
 *
 * @example
 * TypeOrmModule.forRoot({ type: 'postgres', url, migrations: [...taskLockMigrations, ...mine], migrationsRun: true })
 */
export const taskLockMigrations: readonly TaskLockMigration[] = [
  CreateTaskLockTable1763683200000,
  CreateTaskLockRequestTable1795219200000,
  CreateTaskLockOperatingTables1795651200000,
];

/**
 * The same migrations for tables of another name or schema; give `TaskLockModule.forRoot` the same two options.
 * TypeORM records them under names of their own, so that two lock tables can stand in one database.
 *
 * @example
 * migrations: [...taskLockMigrationsFor({ schema: 'jobs', table: 'locks' })]
 */
export function taskLockMigrationsFor({ schema, table }: TaskLockTable): readonly TaskLockMigration[] {
  const place = [schema, table].filter((part) => part !== undefined);
  return [
    class extends CreateTaskLockTable1763683200000 {
      override readonly name = ['CreateTaskLockTable', ...place, '1763683200000'].join('_');
      protected override readonly schema = schema;
      protected override readonly table = table ?? DEFAULT_TABLE;
    },
    class extends CreateTaskLockRequestTable1795219200000 {
      override readonly name = ['CreateTaskLockRequestTable', ...place, '1795219200000'].join('_');
      protected override readonly schema = schema;
      protected override readonly table = table ?? DEFAULT_TABLE;
    },
    class extends CreateTaskLockOperatingTables1795651200000 {
      override readonly name = ['CreateTaskLockOperatingTables', ...place, '1795651200000'].join('_');
      protected override readonly schema = schema;
      protected override readonly table = table ?? DEFAULT_TABLE;
    },
  ];
}

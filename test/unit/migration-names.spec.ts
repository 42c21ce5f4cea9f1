import { expect, test } from '@jest/globals';
import { taskLockMigrations, taskLockMigrationsFor } from '../../src/migrations.js';

/** The names that TypeORM records, from classes as a minifier leaves them. */
const minified = (migrations: typeof taskLockMigrations) =>
  migrations.map((Migration) => {
    class Minified extends Migration {}
    Object.defineProperty(Minified, 'name', { value: 'q' });
    return new Minified().name;
  });

test('migrations keep their names in a bundle: TypeORM would run one with another name again', () => {
  expect(minified(taskLockMigrations)).toEqual([
    'CreateTaskLockTable1763683200000',
    'CreateTaskLockRequestTable1795219200000',
    'CreateTaskLockOperatingTables1795651200000',
  ]);
  expect(minified(taskLockMigrationsFor({ schema: 'jobs', table: 'locks' }))).toEqual([
    'CreateTaskLockTable_jobs_locks_1763683200000',
    'CreateTaskLockRequestTable_jobs_locks_1795219200000',
    'CreateTaskLockOperatingTables_jobs_locks_1795651200000',
  ]);
});

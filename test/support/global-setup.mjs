import { startLocalPostgres } from '../../examples/support/local-postgres.mjs';

/** One embedded Postgres for all suites; each makes a database of its own in it. */
export default async function globalSetup() {
  globalThis.taskLockPostgres = await startLocalPostgres({ fsync: 'off', shared_buffers: '64MB' });
  process.env.TASK_LOCK_TEST_SERVER = globalThis.taskLockPostgres.url;
}

import { startLocalPostgres } from '../../examples/support/local-postgres.mjs';

/** Starts one Postgres for the whole run, also where two projects ask for it. Each suite creates a database in it. */
export default async function startPostgres() {
  if (globalThis.taskLockPostgres) return;
  globalThis.taskLockPostgres = await startLocalPostgres({
    fsync: 'off',
    shared_buffers: '64MB',
    max_prepared_transactions: '5',
  });
  process.env.TASK_LOCK_TEST_SERVER = globalThis.taskLockPostgres.url;
}

import { startLocalPostgres } from '../../examples/support/local-postgres.mjs';

/** Starts one Postgres for the whole run, also where two projects ask for it. Each suite creates a database in it. */
export default async function startPostgres() {
  if (globalThis.taskLockPostgres) return;
  globalThis.taskLockPostgres = await startLocalPostgres({
    fsync: 'off',
    shared_buffers: '64MB',
    max_prepared_transactions: '5',
    // After a checkpoint the first write to a page writes the whole of it: suites count the bytes of the log.
    checkpoint_timeout: '1h',
    max_wal_size: '2GB',
  });
  process.env.TASK_LOCK_TEST_SERVER = globalThis.taskLockPostgres.url;
}

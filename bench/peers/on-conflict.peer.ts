import pg from 'pg';
import type { OpenLock } from '../support/tick-protocol.js';
import { inTransaction } from './in-transaction.js';

const HOLD = 60_000;

/** The shape of the lock tables of other platforms: an upsert of a free row, and an update to free it, each in a transaction. */
export const onConflictPeer: OpenLock = ({ postgres, task, speed }, runTask) => {
  const pool = new pg.Pool({ connectionString: postgres, max: 2 });
  const me = String(process.pid);
  return {
    fire: async (tick) => {
      const won = await inTransaction(
        pool,
        'lock',
        `INSERT INTO common_lock AS lock (name, locked_until, locked_at, locked_by)
         VALUES ($1, clock_timestamp() + $3 * interval '1 ms', clock_timestamp(), $2)
         ON CONFLICT (name) DO UPDATE
         SET locked_until = excluded.locked_until, locked_at = excluded.locked_at, locked_by = excluded.locked_by
         WHERE lock.locked_until <= clock_timestamp()`,
        [task, me, HOLD / speed],
      );
      if (!won) return;
      await runTask(tick);
      await inTransaction(
        pool,
        'unlock',
        'UPDATE common_lock SET locked_until = clock_timestamp() WHERE name = $1 AND locked_by = $2',
        [task, me],
      );
    },
    close: () => pool.end(),
  };
};

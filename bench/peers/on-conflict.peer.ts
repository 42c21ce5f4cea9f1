import pg from 'pg';
import { countCalls } from '../support/count-queries.js';
import { TASK } from './peer.js';
import type { Peer } from './peer.js';

/** The shape of the lock tables of other platforms: an upsert of a free row, and an update to free it, each in a transaction. */
export function onConflictPeer(postgres: string): Peer {
  const queriesSent = countCalls(pg.Client.prototype as unknown as Record<'query', unknown>, 'query');
  const pool = new pg.Pool({ connectionString: postgres, max: 2 });
  const inTransaction = async (name: string, text: string): Promise<boolean> => {
    const client = await pool.connect();
    await client.query('BEGIN');
    const { rowCount } = await client.query({ name, text, values: [TASK, String(process.pid)] });
    await client.query('COMMIT');
    client.release();
    return rowCount === 1;
  };
  return {
    queriesSent,
    run: async (_tick, body) => {
      const won = await inTransaction(
        'lock',
        `INSERT INTO common_lock AS lock (name, locked_until, locked_at, locked_by)
         VALUES ($1, clock_timestamp() + interval '1 minute', clock_timestamp(), $2)
         ON CONFLICT (name) DO UPDATE
         SET locked_until = excluded.locked_until, locked_at = excluded.locked_at, locked_by = excluded.locked_by
         WHERE lock.locked_until <= clock_timestamp()`,
      );
      if (!won) return;
      await body();
      await inTransaction(
        'unlock',
        'UPDATE common_lock SET locked_until = clock_timestamp() WHERE name = $1 AND locked_by = $2',
      );
    },
    close: () => pool.end(),
  };
}

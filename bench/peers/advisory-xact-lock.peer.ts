import pg from 'pg';
import type { OpenLock } from '../support/tick-protocol.js';

/** By hand: a transaction that stays open for as long as the task runs. */
export const advisoryXactLockPeer: OpenLock = ({ postgres, task }, runTask) => {
  const pool = new pg.Pool({ connectionString: postgres, max: 2 });
  return {
    fire: async (tick) => {
      const client = await pool.connect();
      await client.query('BEGIN');
      const { rows } = await client.query<{ won: boolean }>(
        'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS won',
        [task],
      );
      if (rows[0]?.won) await runTask(tick);
      await client.query('COMMIT');
      client.release();
    },
    close: () => pool.end(),
  };
};

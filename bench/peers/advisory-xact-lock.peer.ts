import pg from 'pg';
import { countCalls } from '../support/count-queries.js';
import { TASK } from './peer.js';
import type { Peer } from './peer.js';

/** By hand: a transaction that stays open for as long as the task runs. */
export function advisoryXactLockPeer(postgres: string): Peer {
  const queriesSent = countCalls(pg.Client.prototype as unknown as Record<'query', unknown>, 'query');
  const pool = new pg.Pool({ connectionString: postgres, max: 2 });
  return {
    queriesSent,
    run: async (_tick, body) => {
      const client = await pool.connect();
      await client.query('BEGIN');
      const { rows } = await client.query<{ won: boolean }>(
        'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS won',
        [TASK],
      );
      if (rows[0]?.won) await body();
      await client.query('COMMIT');
      client.release();
    },
    close: () => pool.end(),
  };
}

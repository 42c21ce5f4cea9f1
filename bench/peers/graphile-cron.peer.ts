import { runMigrations } from 'graphile-worker';
import pg from 'pg';
import { countCalls } from '../support/count-queries.js';
import { TASK } from './peer.js';
import type { Peer } from './peer.js';

/**
 * How graphile-worker keeps a cron item from being queued twice, in its own tables: the time of the last execution is
 * moved forward by the one who adds the job. Running the job would cost its worker more: it is not counted here.
 */
export async function graphileCronPeer(postgres: string): Promise<Peer> {
  await runMigrations({ connectionString: postgres });
  const queriesSent = countCalls(pg.Client.prototype as unknown as Record<'query', unknown>, 'query');
  const pool = new pg.Pool({ connectionString: postgres, max: 2 });
  return {
    queriesSent,
    run: async (tick, body) => {
      const { rowCount } = await pool.query({
        name: 'cron',
        text: `WITH taken AS (
                 INSERT INTO graphile_worker._private_known_crontabs AS known (identifier, known_since, last_execution)
                 VALUES ($1, $2, $2)
                 ON CONFLICT (identifier) DO UPDATE SET last_execution = excluded.last_execution
                 WHERE known.last_execution IS NULL OR known.last_execution < excluded.last_execution
                 RETURNING identifier
               )
               SELECT graphile_worker.add_job(identifier, '{}'::json) FROM taken`,
        values: [TASK, tick],
      });
      if (rowCount === 1) await body();
    },
    close: () => pool.end(),
  };
}

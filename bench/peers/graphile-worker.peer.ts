import { Logger, run } from 'graphile-worker';
import pg from 'pg';
import type { OpenLock } from '../support/tick-protocol.js';

/**
 * A worker of graphile-worker in each replica, as its page on running it in a library shows it. Its cron has minutes
 * and no way to be told the time, so that what it does at a tick is sent by hand: it moves the time of the item's last
 * execution forward in its own table, and only who has moved it adds the job. A worker that is told of the job runs it.
 */
export const graphileWorkerPeer: OpenLock = async ({ postgres, task }, runTask) => {
  const pool = new pg.Pool({ connectionString: postgres, max: 10 });
  pool.on('error', console.error);
  pool.on('connect', (client) => client.on('error', console.error));
  const runner = await run({
    pgPool: pool,
    logger: new Logger(() => () => undefined),
    noHandleSignals: true,
    crontab: '',
    taskList: {
      [task]: async (payload) => runTask(new Date((payload as { _cron: { ts: string } })._cron.ts)),
    },
  });
  return {
    fire: (tick) =>
      pool.query({
        name: 'cron',
        text: `WITH taken AS (
                 INSERT INTO graphile_worker._private_known_crontabs AS known (identifier, known_since, last_execution)
                 VALUES ($1, $2, $2)
                 ON CONFLICT (identifier) DO UPDATE SET last_execution = excluded.last_execution
                 WHERE known.last_execution IS NULL OR known.last_execution < excluded.last_execution
                 RETURNING identifier
               )
               SELECT graphile_worker.add_job(identifier, $3::json, run_at := $2) FROM taken`,
        values: [task, tick, JSON.stringify({ _cron: { ts: tick, backfilled: false } })],
      }),
    close: async () => {
      await runner.stop();
      await pool.end();
    },
  };
};

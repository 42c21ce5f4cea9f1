import type { DataSource } from 'typeorm';

interface Nights {
  task: string;
  /** When it is due, as a time of the day in UTC. */
  at: string;
  /** How many nights ago the newest of its runs was, and the oldest. */
  newest: number;
  oldest: number;
  /** How many nights ago its tick was missed, and its run failed. */
  missed?: number;
  failed?: number;
}

/**
 * Makes the shop ten days old: its tasks were declared then, and two of them ran at night since. The old deployment is
 * gone for an hour: the task that it alone has may be forgotten.
 */
export async function writePast(database: DataSource): Promise<void> {
  await database.query(`UPDATE task_lock_task SET first_declared = first_declared - interval '10 days'`);
  await database.query(
    `UPDATE task_lock_task SET last_declared = last_declared - interval '1 hour' WHERE declared_by = 'replica-0'`,
  );
  await database.query(
    `UPDATE task_lock_run SET (started_at, finished_at) = (started_at - interval '1 hour', finished_at - interval '1 hour')
     WHERE task = 'send-invoice'`,
  );
  await writeNights(database, { task: 'export-orders', at: '02:30', newest: 0, oldest: 9 });
  // Its run that died is a call, which leaves the last tick in the row of the lock.
  await database.query(
    `UPDATE task_lock SET last_tick = (SELECT max(tick) FROM task_lock_run WHERE task = 'export-orders')
     WHERE name = 'export-orders'`,
  );
  const report = { task: 'nightly-report', at: '03:00' };
  await writeNights(database, { ...report, newest: 3, oldest: 9, missed: 5, failed: 7 });
  await database.query(`
    INSERT INTO task_lock (name, fence, last_tick, locked_by, started_at, finished_at, outcome)
    SELECT name, fence, tick, replica, started_at, finished_at, outcome
    FROM task_lock_run WHERE task = 'nightly-report' ORDER BY fence DESC LIMIT 1
    ON CONFLICT (name) DO UPDATE SET (fence, last_tick, locked_by, started_at, finished_at, outcome) =
      (EXCLUDED.fence, EXCLUDED.last_tick, EXCLUDED.locked_by, EXCLUDED.started_at, EXCLUDED.finished_at,
       EXCLUDED.outcome)`);
}

/** A fence is small here, so that it lies below those of the runs of today. */
async function writeNights(
  database: DataSource,
  { task, at, newest, oldest, missed, failed }: Nights,
): Promise<void> {
  await database.query(
    `
    WITH night AS (
      SELECT ago, date_trunc('day', clock_timestamp(), 'UTC') - ago * interval '1 day' + $2::interval AS tick
      FROM generate_series($3::int, $4::int) AS ago
      WHERE ago IS DISTINCT FROM $5::int
    )
    INSERT INTO task_lock_run (name, fence, task, tick, previous_tick, next_due, trigger, replica, started_at,
                               finished_at, outcome, error, lateness_ms)
    SELECT $1, 10 - ago, $1, tick, lag(tick) OVER (ORDER BY tick), tick + interval '1 day', 'tick',
           'replica-' || 1 + ago % 2 * 2, tick + interval '41 milliseconds',
           tick + interval '2 seconds' + ago * interval '131 milliseconds',
           CASE WHEN ago = $6::int THEN 'failed' ELSE 'succeeded' END,
           CASE WHEN ago = $6::int THEN 'Error: connect ECONNREFUSED 10.0.3.7:5432' END, 41
    FROM night WHERE tick < clock_timestamp()`,
    [task, at, newest, oldest, missed, failed],
  );
}

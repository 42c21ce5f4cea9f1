import type { DataSource } from 'typeorm';

/**
 * Makes the shop ten days old: its tasks were declared then, and `nightly-report` ran each night until the night before
 * last. One of these ticks was missed, and one run failed.
 */
export async function writePast(database: DataSource): Promise<void> {
  await database.query(`UPDATE task_lock_task SET first_declared = first_declared - interval '10 days'`);
  await database.query(`
    WITH night AS (
      SELECT day::int, date_trunc('day', clock_timestamp(), 'UTC') - day * interval '1 day' + interval '3 hours' AS tick
      FROM generate_series(3, 9) AS day
      WHERE day <> 5
    )
    INSERT INTO task_lock_run (name, fence, task, tick, previous_tick, next_due, trigger, replica, started_at,
                               finished_at, outcome, error, lateness_ms)
    SELECT 'nightly-report', 10 - day, 'nightly-report', tick, lag(tick) OVER (ORDER BY tick),
           tick + interval '1 day', 'tick', 'replica-' || 1 + day % 2, tick + interval '41 milliseconds',
           tick + interval '2 seconds' + day * interval '31 milliseconds',
           CASE day WHEN 7 THEN 'failed' ELSE 'succeeded' END,
           CASE day WHEN 7 THEN 'connect ECONNREFUSED 10.0.3.7:5432' END, 41
    FROM night`);
  await database.query(`
    INSERT INTO task_lock (name, fence, last_tick, locked_by, started_at, finished_at, outcome)
    SELECT name, fence, tick, replica, started_at, finished_at, outcome
    FROM task_lock_run WHERE task = 'nightly-report' ORDER BY fence DESC LIMIT 1
    ON CONFLICT (name) DO UPDATE SET (fence, last_tick, locked_by, started_at, finished_at, outcome) =
      (EXCLUDED.fence, EXCLUDED.last_tick, EXCLUDED.locked_by, EXCLUDED.started_at, EXCLUDED.finished_at,
       EXCLUDED.outcome)`);
}

import pg from 'pg';
import type { OpenLock } from '../support/tick-protocol.js';
import { inTransaction } from './in-transaction.js';

/** The first example of its README: `@EnableSchedulerLock(defaultLockAtMostFor = "10m")`, and no `lockAtLeastFor`. */
const LOCK_AT_MOST_FOR = 600_000;

/** By hand, after ShedLock 7.9, whose README has the table: JdbcTemplate's provider with `usingDbTime()`, on Postgres. */
export const shedlockPeer: OpenLock = async ({ postgres, task, speed }, runTask) => {
  const pool = new pg.Pool({ connectionString: postgres, max: 2 });
  await pool.query(`
    CREATE SCHEMA IF NOT EXISTS shedlock;
    CREATE TABLE IF NOT EXISTS shedlock.shedlock (
      name varchar(64) PRIMARY KEY, lock_until timestamp NOT NULL, locked_at timestamp NOT NULL,
      locked_by varchar(255) NOT NULL
    )`);
  const utc = `(CURRENT_TIMESTAMP AT TIME ZONE 'utc')`;
  const until = `${utc} + make_interval(secs => $3)`;
  const take = `SET lock_until = ${until}, locked_at = ${utc}, locked_by = $2 WHERE held.name = $1 AND held.lock_until <= ${utc}`;
  const me = String(process.pid);
  const holds = [task, me, LOCK_AT_MOST_FOR / speed / 1_000];
  // A replica inserts once. From then on it only updates, since a row is never deleted.
  let known = false;
  const lock = async (): Promise<boolean> => {
    const inserted =
      !known &&
      (await inTransaction(
        pool,
        'insert',
        `INSERT INTO shedlock.shedlock AS held (name, lock_until, locked_at, locked_by)
         VALUES ($1, ${until}, ${utc}, $2) ON CONFLICT (name) DO UPDATE ${take}`,
        holds,
      ));
    known = true;
    return inserted || inTransaction(pool, 'update', `UPDATE shedlock.shedlock AS held ${take}`, holds);
  };
  return {
    fire: async (tick) => {
      if (!(await lock())) return;
      await runTask(tick);
      await inTransaction(
        pool,
        'unlock',
        `UPDATE shedlock.shedlock
         SET lock_until = CASE WHEN locked_at + make_interval(secs => $3) > ${utc}
                               THEN locked_at + make_interval(secs => $3) ELSE ${utc} END
         WHERE name = $1 AND locked_by = $2`,
        [task, me, 0],
      );
    },
    close: () => pool.end(),
  };
};

import type { DataSource } from 'typeorm';
import type { TestDatabase } from './database.js';

/**
 * Puts a `clock_timestamp()` of our own before Postgres's, moved by a row of a table: the statements under test run
 * unchanged, and a suite can pass days in a moment.
 */
export async function installTravellingClock(database: TestDatabase): Promise<void> {
  await database.query(`
    CREATE SCHEMA travel;
    CREATE TABLE travel.clock (ahead interval NOT NULL, frozen timestamptz);
    INSERT INTO travel.clock VALUES ('0', NULL);
    CREATE FUNCTION travel.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
      AS 'SELECT COALESCE(frozen, pg_catalog.clock_timestamp()) + ahead FROM travel.clock';`);
}

/** The setting of sessions that see the moved clock. */
export const TRAVELLING = { search_path: 'travel,pg_catalog,public' };

/** Opens a data source whose statements see the moved clock. */
export function connectTravelling(database: TestDatabase): Promise<DataSource> {
  return database.connect({ extra: { options: `-c search_path=${TRAVELLING.search_path}` } });
}

export async function advanceClock(database: TestDatabase, milliseconds: number): Promise<void> {
  await database.query(`UPDATE travel.clock SET ahead = ahead + $1 * interval '1 millisecond'`, [
    milliseconds,
  ]);
}

export async function databaseNow(database: TestDatabase): Promise<number> {
  const [row] = await database.query<{ now: string }>(
    `SELECT (extract(epoch FROM travel.clock_timestamp()) * 1000)::text AS now`,
  );
  return Number(row!.now);
}

/** Stops the clock at an instant. */
export async function freezeClock(database: TestDatabase, instant: number): Promise<void> {
  await database.query(`UPDATE travel.clock SET ahead = '0', frozen = $1`, [new Date(instant).toISOString()]);
}

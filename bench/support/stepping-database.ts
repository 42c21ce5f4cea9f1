import pg from 'pg';
import { startEmbeddedPostgres } from '../../examples/support/local-postgres.mjs';
import { migrate, onConnection } from './bench-database.js';

/** A Postgres whose `clock_timestamp()` steps ahead when it is told to, for all connections at once. */
export interface SteppingDatabase {
  url: string;
  client: pg.Client;
  /** @param ahead milliseconds of the machine's clock */
  step(ahead: number): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The statements of the package read no clock but `clock_timestamp()`, and the search path finds this one before the
 * built-in one. A sequence keeps how far ahead it is: its value is outside of all transactions.
 */
const STEPPING_CLOCK = `
CREATE SCHEMA stepping;
CREATE SEQUENCE stepping.ahead;
SELECT setval('stepping.ahead', 1);
CREATE FUNCTION stepping.clock_timestamp() RETURNS timestamptz VOLATILE LANGUAGE sql AS $$
  SELECT pg_catalog.clock_timestamp() + pg_sequence_last_value('stepping.ahead') * interval '1 millisecond'
$$;
ALTER DATABASE postgres SET search_path = stepping, pg_catalog, public`;

export async function startSteppingDatabase(settings: Record<string, string>): Promise<SteppingDatabase> {
  const postgres = await startEmbeddedPostgres(settings);
  await onConnection(postgres.url, STEPPING_CLOCK);
  await migrate(postgres.url);
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  return {
    url: postgres.url,
    client,
    step: async (ahead) => {
      await client.query(`SELECT setval('stepping.ahead', $1)`, [Math.round(ahead)]);
    },
    stop: async () => {
      await client.end();
      await postgres.stop();
    },
  };
}

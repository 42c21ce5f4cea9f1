import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { trueNow } from '../chaos/true-clock.js';

const EVERY = 200;
/** A commit that waits for a standby for so long counts as no answer. */
const PATIENCE = 1_000;

/** When the database answered a write, as a client sees it from outside. */
export interface Sight {
  /** The last answer of the primary that the fault met; the fault itself where there was none. */
  lastAnswer: number;
  /** The last write without an answer began here; the fault where all were answered. */
  lastFailure: number;
  /** The first answer of the primary that came after. */
  answer: number;
}

export const PROBE_TABLE = 'CREATE TABLE probe (at timestamptz DEFAULT clock_timestamp())';

/** Which start of which server answers; it commits a row, which waits for a standby where commits do. */
export async function primaryBy(url: string): Promise<string> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: PATIENCE,
    query_timeout: PATIENCE,
  });
  // A connection that breaks between two statements tells it by this event alone.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ primary: string }>(
      `INSERT INTO probe DEFAULT VALUES
       RETURNING concat_ws(' since ', current_setting('port'), pg_postmaster_start_time()) AS primary`,
    );
    return rows[0]!.primary;
  } finally {
    void client.end().catch(() => undefined);
  }
}

/** Writes again and again until another primary than the former one answers. */
export async function watchFor(
  url: string,
  former: string,
  from: number,
  signal: AbortSignal,
): Promise<Sight> {
  const sight = { lastAnswer: from, lastFailure: from, answer: NaN };
  for (;;) {
    const begun = trueNow();
    const primary = await primaryBy(url).catch(() => undefined);
    if (primary === undefined) sight.lastFailure = begun;
    else if (primary === former) sight.lastAnswer = trueNow();
    else return { ...sight, answer: trueNow() };
    await delay(EVERY, undefined, { signal });
  }
}

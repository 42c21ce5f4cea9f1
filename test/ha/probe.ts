import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Fault } from '../chaos/evidence.js';
import { trueNow } from '../chaos/true-clock.js';

const EVERY = 200;
/** Milliseconds. A claim that has no answer for so long may find its tick taken by another. */
const SLOW = 1_000;

export const PROBE_TABLE = 'CREATE TABLE probe (at timestamptz DEFAULT clock_timestamp())';

/** One write, as a client sees it from outside; `primary` is which start of which server answered, if one did. */
export interface Attempt {
  begun: number;
  ended: number;
  primary?: string;
}

/** What a client saw of one failover. */
export interface Sight {
  /** The last write without an answer began here; the fault itself where all were answered. */
  lastFailure: number;
  /** The first answer of the new primary. */
  answer: number;
}

/** Writes to the database five times a second, each time on a new connection. */
export class Probe {
  readonly attempts: Attempt[] = [];
  private isOver = false;
  private readonly done: Promise<void>;

  constructor(private readonly url: string) {
    this.done = this.repeat();
  }

  async end(): Promise<void> {
    this.isOver = true;
    await this.done;
  }

  private async repeat(): Promise<void> {
    while (!this.isOver) {
      const begun = trueNow();
      const primary = await primaryBy(this.url).catch(() => undefined);
      this.attempts.push({ begun, ended: trueNow(), primary });
      await delay(EVERY);
    }
  }
}

/** Commits a row: that waits for a standby where commits do. */
async function primaryBy(url: string): Promise<string> {
  const patience = { connectionTimeoutMillis: SLOW, query_timeout: SLOW };
  const client = new pg.Client({ connectionString: url, ...patience });
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

/** What was seen of a failover that began at `from`; nothing as long as no other primary has answered. */
export function sightOf(attempts: readonly Attempt[], from: number): Sight | undefined {
  const former = attempts.findLast(({ primary, ended }) => primary !== undefined && ended <= from);
  const first = attempts.find(
    ({ primary, begun }) => begun > from && primary !== undefined && primary !== former?.primary,
  );
  if (!first) return undefined;
  const failures = attempts.filter(
    ({ primary, ended, begun }) => primary === undefined && ended > from && begun < first.begun,
  );
  return { lastFailure: Math.max(from, failures.at(-1)?.begun ?? from), answer: first.ended };
}

/** Times outside of the failover at which a write had no answer for long: the machine was too busy for its servers. */
export function slowTimes(attempts: readonly Attempt[], { from, to }: Fault): Fault[] {
  return attempts
    .filter(({ primary, begun, ended }) => primary === undefined || ended - begun > SLOW)
    .filter(({ begun, ended }) => ended < from || begun > to)
    .map(({ begun, ended }) => ({ kind: 'slow', from: begun, to: ended }));
}

import type { ObservedRow } from '../../src/testing/index.js';
import type { TestDatabase } from './database.js';

interface RawRow {
  locked_until: string;
  finished_at: string | null;
  last_tick: string;
  fence: string;
  outcome: string | null;
  error: string | null;
}

/** Reads a row of the lock table past the store. */
export async function observeRow(database: TestDatabase, name: string): Promise<ObservedRow | undefined> {
  const [row] = await database.query<RawRow>(
    `SELECT (extract(epoch FROM locked_until) * 1000)::text AS locked_until,
            (extract(epoch FROM finished_at) * 1000)::text AS finished_at,
            (extract(epoch FROM last_tick) * 1000)::text AS last_tick,
            fence::text AS fence, outcome, error
     FROM task_lock WHERE name = $1`,
    [name],
  );
  return (
    row && {
      lockedUntil: Math.floor(Number(row.locked_until)),
      finishedAt: row.finished_at === null ? null : Number(row.finished_at),
      lastTick: Number(row.last_tick),
      fence: BigInt(row.fence),
      outcome: row.outcome,
      error: row.error,
    }
  );
}

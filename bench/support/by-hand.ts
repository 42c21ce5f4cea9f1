import { randomUUID } from 'node:crypto';
import type pg from 'pg';

/** What a cycle of the lock is compared with: statements on a bare connection, one after another, for one name. */
export class ByHand {
  constructor(
    private readonly client: pg.Client,
    private readonly name: string,
  ) {}

  /** Rows for all of them to find. */
  async prepare(): Promise<void> {
    for (const row of [
      `INSERT INTO counter VALUES ($1, 0)`,
      `INSERT INTO common_lock VALUES ($1, '-infinity', now(), 'bench')`,
      `INSERT INTO bare_lock VALUES ($1, NULL, 0, NULL, NULL, '-infinity')`,
    ])
      await this.client.query(`${row} ON CONFLICT DO NOTHING`, [this.name]);
  }

  /** The cheapest durable write. */
  durableUpdate(): Promise<unknown> {
    return this.send('bench-update', 'UPDATE counter SET value = value + 1 WHERE name = $1');
  }

  /** A lock needs one flush, for its claim: the floor of anything that keeps its promises. */
  async durableAndAsynchronousUpdate(): Promise<void> {
    await this.durableUpdate();
    await this.send(
      'bench-update-asynchronously',
      `UPDATE counter SET value = value + 1 WHERE name = $1
       RETURNING set_config('synchronous_commit', 'off', true)`,
    );
  }

  /** A claim that waits for no row, with token, lease and fence, and a release by token that need not be durable. */
  async samePromises(): Promise<void> {
    const token = randomUUID();
    await this.send('bench-bare-claim', BARE_CLAIM, [token]);
    await this.send('bench-bare-release', BARE_RELEASE, [token]);
  }

  async onConflict(): Promise<void> {
    await this.send('bench-lock', ON_CONFLICT);
    await this.send('bench-unlock', ON_CONFLICT_UNLOCK);
  }

  async onConflictInTransactions(): Promise<void> {
    await this.inTransaction('bench-lock', ON_CONFLICT);
    await this.inTransaction('bench-unlock', ON_CONFLICT_UNLOCK);
  }

  async sessionAdvisoryLock(): Promise<void> {
    await this.client.query({ name: 'bench-try', text: 'SELECT pg_try_advisory_lock(1)' });
    await this.client.query({ name: 'bench-give', text: 'SELECT pg_advisory_unlock(1)' });
  }

  private send(name: string, text: string, more: unknown[] = []): Promise<unknown> {
    return this.client.query({ name, text, values: [this.name, ...more] });
  }

  private async inTransaction(name: string, text: string): Promise<void> {
    await this.client.query('BEGIN');
    await this.send(name, text);
    await this.client.query('COMMIT');
  }
}

/** The shape that most lock libraries on Postgres send, whatever their language. */
export const ON_CONFLICT = `
INSERT INTO common_lock VALUES ($1, now() + interval '1 minute', now(), 'bench')
ON CONFLICT (name) DO UPDATE SET locked_until = excluded.locked_until, locked_at = excluded.locked_at,
                                 locked_by = excluded.locked_by
WHERE common_lock.locked_until <= now()`;
const ON_CONFLICT_UNLOCK = 'UPDATE common_lock SET locked_until = now() WHERE name = $1';

const BARE_CLAIM = `
UPDATE bare_lock
SET token = $2, fence = fence + 1, started_at = clock_timestamp(), finished_at = NULL,
    locked_until = clock_timestamp() + interval '1 minute'
WHERE name = (SELECT name FROM bare_lock WHERE name = $1
              AND (finished_at IS NOT NULL OR locked_until <= clock_timestamp())
              FOR NO KEY UPDATE SKIP LOCKED)
RETURNING fence, date_part('epoch', locked_until)`;
const BARE_RELEASE = `
UPDATE bare_lock SET finished_at = clock_timestamp(), locked_until = clock_timestamp()
WHERE name = (SELECT name FROM bare_lock WHERE name = $1 AND token = $2::uuid AND finished_at IS NULL
              FOR NO KEY UPDATE SKIP LOCKED)
RETURNING date_part('epoch', clock_timestamp()), set_config('synchronous_commit', 'off', true)`;

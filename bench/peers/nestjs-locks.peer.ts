import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { OpenLock } from '../support/tick-protocol.js';

/** The package's default. It renews each third of it. */
const TTL = 30_000;

/**
 * By hand, after docs.nestjs.com/reliability/locks: the reader's own table and the three methods of its store, below
 * what `@OnOneInstance()` does with them. The first replica that fires takes a lease and keeps it between ticks, so
 * that the owner asks nobody, and the others ask at each tick whether the lease has ended.
 */
export const nestjsLocksPeer: OpenLock = async ({ postgres, task, speed }, runTask) => {
  const pool = new pg.Pool({ connectionString: postgres, max: 2 });
  await pool.query(`
    CREATE SCHEMA IF NOT EXISTS nestjs_locks;
    CREATE SEQUENCE IF NOT EXISTS nestjs_locks.token;
    CREATE TABLE IF NOT EXISTS nestjs_locks.locks (
      key text PRIMARY KEY, owner text, fencing_token bigint NOT NULL, expires_at timestamptz NOT NULL
    )`);
  const ttl = TTL / speed;
  const send = async (text: string, values: unknown[]): Promise<boolean> =>
    (await pool.query(text, values)).rowCount === 1;
  const acquire = (owner: string): Promise<boolean> =>
    send(
      `INSERT INTO nestjs_locks.locks AS held (key, owner, fencing_token, expires_at)
       VALUES ($1, $2, nextval('nestjs_locks.token'), clock_timestamp() + $3 * interval '1 ms')
       ON CONFLICT (key) DO UPDATE
       SET owner = excluded.owner, fencing_token = greatest(nextval('nestjs_locks.token'), held.fencing_token + 1),
           expires_at = clock_timestamp() + $3 * interval '1 ms'
       WHERE held.owner IS NULL OR held.expires_at <= clock_timestamp()
       RETURNING fencing_token`,
      [`${task}:owner`, owner, ttl],
    );
  const ofHolder = 'WHERE key = $1 AND owner = $2 AND expires_at > clock_timestamp() RETURNING key';
  const renew = (owner: string): Promise<boolean> =>
    send(`UPDATE nestjs_locks.locks SET expires_at = clock_timestamp() + $3 * interval '1 ms' ${ofHolder}`, [
      `${task}:owner`,
      owner,
      ttl,
    ]);
  const release = (owner: string): Promise<boolean> =>
    send(`UPDATE nestjs_locks.locks SET owner = NULL ${ofHolder}`, [`${task}:owner`, owner]);

  let lease: { owner: string; until: number } | undefined;
  const held = (): boolean => lease !== undefined && performance.now() < lease.until;
  const owns = async (): Promise<boolean> => {
    if (held()) return true;
    const owner = randomUUID();
    const until = performance.now() + ttl;
    lease = (await acquire(owner)) ? { owner, until } : undefined;
    return lease !== undefined;
  };
  const heartbeat = setInterval(() => {
    if (!lease) return;
    const { owner } = lease;
    const until = performance.now() + ttl;
    void renew(owner).then((renewed) => (lease = renewed ? { owner, until } : undefined));
  }, ttl / 3);
  return {
    fire: async (tick) => {
      if (await owns()) await runTask(tick);
    },
    close: async () => {
      clearInterval(heartbeat);
      if (lease) await release(lease.owner);
      await pool.end();
    },
  };
};

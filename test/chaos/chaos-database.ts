import pg from 'pg';
import { DataSource } from 'typeorm';
import { startEmbeddedPostgres } from '../../examples/support/local-postgres.mjs';
import { taskLockMigrations } from '../../src/migrations.js';
import type { Commit } from './evidence.js';
import { trueNow } from './true-clock.js';

/** The database of one run: a server of its own, at its default durability. */
export interface ChaosDatabase {
  url: string;
  isDown(): boolean;
  wasDownSince(at: number): boolean;
  restart(mode: 'fast' | 'immediate'): Promise<void>;
  /** Ends the sessions of one replica; answers how many. */
  killBackends(replica: string): Promise<number>;
  /** What the transactional tasks have committed. */
  commits(): Promise<Commit[]>;
  stop(): Promise<void>;
}

const TABLES = `
  CREATE TABLE begun (task text, replica text, tick timestamptz, fence bigint, claimed_at timestamptz);
  CREATE TABLE effects (LIKE begun);`;

/**
 * When each row was committed is what Postgres itself recorded for the transaction that wrote it: a row knows no such
 * time when it is written, and the order of writing or of a sequence is not that of the commits.
 */
const COMMITS = `
  SELECT what, task, replica, fence::text, extract(epoch FROM tick)::float8 * 1000 AS tick,
         extract(epoch FROM pg_xact_commit_timestamp(xid))::float8 * 1000 AS committed_at,
         extract(epoch FROM claimed_at)::float8 * 1000 AS claimed_at
  FROM (SELECT 'begun' AS what, xmin AS xid, * FROM begun UNION ALL SELECT 'effect', xmin, * FROM effects) AS written
  ORDER BY committed_at`;

interface CommitRow {
  what: Commit['what'];
  task: string;
  replica: string;
  fence: string;
  tick: number;
  committed_at: number;
  claimed_at: number;
}

export async function startChaosDatabase(): Promise<ChaosDatabase> {
  const server = await startEmbeddedPostgres({ track_commit_timestamp: 'on' });
  const { url } = server;
  let isDown = false;
  let upSince = -Infinity;
  try {
    const dataSource = new DataSource({ type: 'postgres', url, migrations: [...taskLockMigrations] });
    await dataSource.initialize();
    await dataSource.runMigrations();
    await dataSource.query(TABLES);
    await dataSource.destroy();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    url,
    isDown: () => isDown,
    wasDownSince: (at) => isDown || upSince >= at,
    restart: async (mode) => {
      isDown = true;
      await server.restart(mode);
      upSince = trueNow();
      isDown = false;
    },
    killBackends: async (replica) => {
      const text = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1';
      return (await query(url, text, [replica])).length;
    },
    commits: async () =>
      (await query<CommitRow>(url, COMMITS)).map(({ committed_at, claimed_at, fence, ...row }) => ({
        ...row,
        fence: BigInt(fence),
        committedAt: committed_at,
        claimedAt: claimed_at,
      })),
    stop: () => server.stop(),
  };
}

/** Through a connection of its own: one that was kept would not outlive a restart. */
async function query<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

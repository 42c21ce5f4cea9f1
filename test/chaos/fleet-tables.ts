import pg from 'pg';
import { DataSource } from 'typeorm';
import { taskLockMigrations } from '../../src/migrations.js';
import type { Commit } from './evidence.js';

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

/** What the replicas need of a database: the lock's tables, and those that the transactional tasks write. */
export async function createFleetTables(url: string): Promise<void> {
  const dataSource = new DataSource({ type: 'postgres', url, migrations: [...taskLockMigrations] });
  await dataSource.initialize();
  try {
    await dataSource.runMigrations();
    await dataSource.query(TABLES);
  } finally {
    await dataSource.destroy();
  }
}

/** What the transactional tasks have committed. */
export async function readCommits(url: string): Promise<Commit[]> {
  const rows = await query<CommitRow>(url, COMMITS);
  return rows.map(({ committed_at, claimed_at, fence, ...row }) => ({
    ...row,
    fence: BigInt(fence),
    committedAt: committed_at,
    claimedAt: claimed_at,
  }));
}

/** Through a connection of its own: one that was kept would not outlive a restart. */
export async function query<Row extends pg.QueryResultRow>(
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

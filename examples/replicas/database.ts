import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { taskLockMigrations } from '../../src/migrations.js';
import { startChild } from './child-process.js';
import { unlessAborted } from './interruption.js';

export interface Database {
  url: string;
  /** Who started it, in words. */
  origin: string;
  /** The demo's own: it neither meets nor leaves anything in a database that was given. */
  schema: string;
  /** As the server says it. */
  version: string;
}

/** Starts Postgres, or takes the one of DATABASE_URL; makes the lock table, does the work and takes all away again. */
export async function withDatabase<T>(
  signal: AbortSignal,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  return withServer(signal, (url) => withSchema(url, signal, work));
}

export async function withServer<T>(signal: AbortSignal, work: (url: string) => Promise<T>): Promise<T> {
  const server = startChild('./postgres-process.js');
  try {
    const url = new Promise<string>((resolve, reject) => {
      server.process.once('message', (message) => resolve(message as string));
      void server.gone.then(() => reject(new Error(`Postgres did not start: ${server.describeEnd()}`)));
    });
    return await work(await unlessAborted(url, signal));
  } finally {
    if (server.process.connected) server.process.disconnect();
    await server.gone;
  }
}

async function withSchema<T>(
  url: string,
  signal: AbortSignal,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const schema = `task_lock_demo_${randomBytes(4).toString('hex')}`;
  const migrations = [...taskLockMigrations];
  const dataSource = new DataSource({ type: 'postgres', url, schema, migrations, connectTimeoutMS: 10_000 });
  await dataSource.initialize();
  try {
    signal.throwIfAborted();
    await dataSource.query(`CREATE SCHEMA ${schema}`);
    await dataSource.runMigrations();
    const [server] = await dataSource.query<{ version: string }[]>(
      `SELECT split_part(current_setting('server_version'), ' ', 1) AS version`,
    );
    const origin = process.env['DATABASE_URL'] ? 'DATABASE_URL' : 'embedded';
    return await work({ url, origin, schema, version: server?.version ?? 'unknown' });
  } finally {
    await dataSource.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`).catch((error: unknown) => {
      // Must not mask what ended the work.
      console.error(`The demo could not drop its schema ${schema}: ${String(error)}`);
    });
    await dataSource.destroy();
  }
}

import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { taskLockMigrations } from '../../src/migrations.js';
import { withServer } from '../replicas/database.js';

/** Makes a database with the tables of the lock, and drops it after the work. */
export function withShopDatabase<T>(
  signal: AbortSignal,
  work: (url: string, database: DataSource) => Promise<T>,
): Promise<T> {
  return withServer(signal, async (serverUrl) => {
    const name = `task_lock_demo_${randomBytes(4).toString('hex')}`;
    const server = new DataSource({ type: 'postgres', url: serverUrl, connectTimeoutMS: 10_000 });
    await server.initialize();
    try {
      await server.query(`CREATE DATABASE ${name}`);
      const url = new URL(serverUrl);
      url.pathname = name;
      return await withTables(url.href, work);
    } finally {
      await server.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`).catch((error: unknown) => {
        console.error(`The demo could not drop its database ${name}: ${String(error)}`);
      });
      await server.destroy();
    }
  });
}

async function withTables<T>(
  url: string,
  work: (url: string, database: DataSource) => Promise<T>,
): Promise<T> {
  const database = new DataSource({
    type: 'postgres',
    url,
    migrations: [...taskLockMigrations],
    poolErrorHandler: () => undefined,
  });
  await database.initialize();
  try {
    await database.runMigrations();
    return await work(url, database);
  } finally {
    await database.destroy();
  }
}

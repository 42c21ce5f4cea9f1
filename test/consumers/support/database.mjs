import pg from 'pg';

let count = 0;

/**
 * Calls `work` with an empty database.
 *
 * @template T
 * @param {string} server
 * @param {(url: string) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withDatabase(server, work) {
  const name = `task_lock_consumer_${process.pid}_${++count}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  await once(server, `CREATE DATABASE ${name}`);
  try {
    return await work(url.href);
  } finally {
    await once(server, `DROP DATABASE ${name} WITH (FORCE)`);
  }
}

/**
 * @param {string} url
 * @param {string} statement
 * @returns {Promise<Record<string, unknown>[]>} its rows
 */
export async function once(url, statement) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

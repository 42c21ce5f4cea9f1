import type pg from 'pg';

/** One named statement in a transaction of its own, as a framework's transaction template sends it; whether it changed a row. */
export async function inTransaction(
  pool: pg.Pool,
  name: string,
  text: string,
  values: unknown[],
): Promise<boolean> {
  const client = await pool.connect();
  await client.query('BEGIN');
  const { rowCount } = await client.query({ name, text, values });
  await client.query('COMMIT');
  client.release();
  return rowCount === 1;
}

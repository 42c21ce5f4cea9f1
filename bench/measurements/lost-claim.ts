import pg from 'pg';
import { ratioFinding } from '../goal.js';
import type { Finding } from '../goal.js';
import type { Effort } from '../effort.js';
import { interleaved, timed } from '../samples.js';
import type { BenchDatabase } from '../support/bench-database.js';
import { times } from '../support/in-order.js';
import { openReplica } from '../support/open-replica.js';
import { backendsOf, cpuOf, knowsServerCpu } from '../support/server-cpu.js';

const CONNECTIONS = 8;
const CLAIMS_A_CONNECTION = 25;
const TURNS = 40;
const SIDES: [string, string] = [`${CONNECTIONS * CLAIMS_A_CONNECTION} claims`, 'SELECTs'];

/** A claim of a lock that another replica holds, on eight connections at once. */
export async function measureLostClaim(database: BenchDatabase, effort: Effort): Promise<Finding[]> {
  const holder = await openReplica(database.url, CONNECTIONS);
  const loser = await openReplica(database.url, { max: CONNECTIONS, application_name: 'loser' });
  const pool = new pg.Pool({
    connectionString: database.url,
    max: CONNECTIONS,
    application_name: 'reader',
    idleTimeoutMillis: 0,
  });
  const names = Array.from({ length: CONNECTIONS }, (_, index) => `held ${index}`);
  let end = (): void => {};
  const ending = new Promise<void>((resolve) => (end = resolve));
  const started = names.map(
    (name) =>
      new Promise<void>(
        (began) => void holder.service.run({ name }, () => (began(), ending)).catch(() => began()),
      ),
  );
  await Promise.all(started);
  const claims = () =>
    timed(() =>
      Promise.all(
        names.map((name) =>
          times(CLAIMS_A_CONNECTION, async () => {
            const result = await loser.service.run({ name }, () => {});
            if (result.status !== 'skipped' || result.reason !== 'held')
              throw new Error('the claim was not lost');
          }),
        ),
      ),
    );
  const select = { name: 'bench-select', text: 'SELECT name FROM task_lock WHERE name = $1' };
  const selects = () =>
    timed(() =>
      Promise.all(
        names.map((name) => times(CLAIMS_A_CONNECTION, () => pool.query({ ...select, values: [name] }))),
      ),
    );
  try {
    const comparison = await interleaved(effort.turns(TURNS), claims, selects);
    return [
      ratioFinding('a lost claim ÷ a named single-row SELECT, 8 connections', 1.9, comparison, SIDES),
      ...(await serverCpu(database, effort, claims, selects)),
      await walOf(database, claims),
    ];
  } finally {
    end();
    await holder.close();
    await loser.close();
    await pool.end();
  }
}

/** What the processes of Postgres that serve the connections used, and nobody else's. */
async function serverCpu(
  database: BenchDatabase,
  effort: Effort,
  claims: () => Promise<number>,
  selects: () => Promise<number>,
): Promise<Finding[]> {
  if (!knowsServerCpu) {
    console.warn('the CPU of the server is left out: this system has no /proc/<pid>/schedstat');
    return [];
  }
  const client = await database.client();
  const [losers, readers] = [await backendsOf(client, 'loser'), await backendsOf(client, 'reader')];
  const comparison = await interleaved(
    effort.turns(TURNS),
    () => cpuOf(losers, claims),
    () => cpuOf(readers, selects),
  );
  return [ratioFinding('server CPU of a lost claim ÷ of a named single-row SELECT', 2, comparison, SIDES)];
}

/** The server writes WAL of its own now and then: the least of several tries is what the claims wrote. */
async function walOf(database: BenchDatabase, claims: () => Promise<number>): Promise<Finding> {
  const client = await database.client();
  const position = async (): Promise<string> =>
    (await client.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn() AS lsn')).rows[0]!.lsn;
  const written: number[] = [];
  for (let tries = 0; tries < 5; tries++) {
    const before = await position();
    await claims();
    const { rows } = await client.query<{ bytes: string }>(
      'SELECT pg_current_wal_insert_lsn() - $1::pg_lsn AS bytes',
      [before],
    );
    written.push(Number(rows[0]!.bytes));
  }
  return {
    what: `WAL that ${CONNECTIONS * CLAIMS_A_CONNECTION} lost claims write`,
    goal: 0,
    figure: Math.min(...written),
    unit: 'bytes',
    context: `the least of ${written.length} tries: ${written.join(', ')}`,
  };
}

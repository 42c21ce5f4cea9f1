import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { claimStatement } from '../../src/store/postgres/claim.sql.js';
import { releaseStatement, unreleasedStatement } from '../../src/store/postgres/release.sql.js';
import { renewStatement } from '../../src/store/postgres/renew.sql.js';
import { queryOf } from '../../src/store/postgres/statement.js';
import type { Query } from '../../src/store/postgres/statement.js';
import { aClaim, aRelease } from '../support/claims.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';

const ROWS = 1_000;

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  // The plan of a statement that a connection has sent more than five times.
  await client.query('SET plan_cache_mode = force_generic_plan');
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

const claims = Array.from({ length: ROWS }, (_, index) =>
  aClaim({ name: `task ${index}`, tick: { kind: 'call' }, minHold: 0, token: randomUUID() }),
);
const run = { fence: 7n, task: 'task', trigger: 'call', replica: 'a', startedAt: new Date() } as const;
const ends = claims.map((claim) => aRelease(claim, { run: { ...run, name: claim.name } }));
const renewals = claims.map(({ name, token, lease }) => ({ name, token, lease, maxHold: 2 * lease }));

/** What a node of a plan has looked at and left out. */
interface PlanNode {
  'Actual Loops': number;
  'Rows Removed by Join Filter'?: number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

function leftOut({
  'Actual Loops': loops,
  'Rows Removed by Join Filter': joined = 0,
  'Rows Removed by Filter': filtered = 0,
  Plans = [],
}: PlanNode): number {
  return Plans.reduce((sum, node) => sum + leftOut(node), loops * (joined + filtered));
}

/** How many rows a statement compares in vain. It is sent, and takes effect. */
async function comparedInVain({ text, values = [] }: Query): Promise<number> {
  await client.query(`PREPARE asked AS ${text}`);
  try {
    const literals = values.map((value) => client.escapeLiteral(arrayText(value as unknown[])));
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE asked(${literals.join(', ')})`,
    );
    return leftOut(rows[0]!['QUERY PLAN'][0].Plan);
  } finally {
    await client.query('DEALLOCATE asked');
  }
}

/** An array as Postgres reads it: JSON, but for its brackets. */
function arrayText(values: readonly unknown[]): string {
  return `{${JSON.stringify(values).slice(1, -1)}}`;
}

describe('a statement on a thousand rows compares none with all others', () => {
  beforeEach(async () => {
    await client.query(`
      TRUNCATE task_lock, task_lock_run;
      INSERT INTO task_lock (name) SELECT 'task ' || nth FROM generate_series(0, ${ROWS - 1}) AS nth;
      ANALYZE task_lock`);
  });
  const claim = claimStatement('task_lock', 'call', 'finished', 'task_lock_control');
  const count = async (condition: string): Promise<number> => {
    const { rows } = await client.query<{ count: string }>(
      `SELECT count(*) FROM task_lock WHERE ${condition}`,
    );
    return Number(rows[0]!.count);
  };

  test('a claim', async () => {
    expect(await comparedInVain(queryOf(claim, claims))).toBeLessThan(10 * ROWS);
    expect(await count('finished_at IS NULL')).toBe(ROWS);
  });

  test('a renewal, where statistics say that nothing runs', async () => {
    await client.query(queryOf(claim, claims));
    const renew = queryOf(renewStatement('task_lock', 'task_lock_cancel'), renewals);
    expect(await comparedInVain(renew)).toBeLessThan(10 * ROWS);
  });

  test('a release and the question why not, where statistics say that nothing runs', async () => {
    await client.query(queryOf(claim, claims));
    const release = queryOf(releaseStatement('task_lock', 'task_lock_run'), ends);
    expect(await comparedInVain(release)).toBeLessThan(10 * ROWS);
    expect(await count('finished_at IS NULL')).toBe(0);
    const unreleased = queryOf(unreleasedStatement('task_lock', 'task_lock_run'), ends);
    expect(await comparedInVain(unreleased)).toBeLessThan(10 * ROWS);
  });
});

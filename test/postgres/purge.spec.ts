import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { aClaim } from '../support/claims.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';

const DAY = 86_400_000;

let database: TestDatabase;
let dataSource: DataSource;
let store: PostgresLockStore;

beforeAll(async () => {
  database = await createDatabase();
  dataSource = await database.connect();
  store = new PostgresLockStore(() => dataSource, { table: 'task_lock' });
});
afterAll(() => database.drop());
beforeEach(() => database.query('TRUNCATE task_lock'));

/** Rows that have not been used for so many days. */
async function unusedRows(names: string[], { days = 8, fence = '7', held = '0 days' } = {}): Promise<void> {
  await database.query(
    `INSERT INTO task_lock (name, finished_at, locked_until, fence)
     SELECT name, now() - $2 * interval '1 day', now() - $2 * interval '1 day' + $4::interval, $3
     FROM unnest($1::text[]) AS unused(name)`,
    [names, days, fence, held],
  );
}

const purge = (): Promise<number> => store.purge({ prefix: 'export:', unusedFor: 7 * DAY });
const left = async (): Promise<string[]> =>
  (await database.query<{ name: string }>('SELECT name FROM task_lock ORDER BY name')).map(
    ({ name }) => name,
  );

describe('the rows of unused keys', () => {
  test('go, and those of keys that were used since do not', async () => {
    await unusedRows(['export:old']);
    await unusedRows(['export:new'], { days: 6 });
    expect(await purge()).toBe(1);
    expect(await left()).toEqual(['export:new']);
  });

  test('stay while their minimum hold lasts: without it a call would run too soon', async () => {
    await unusedRows(['export:held'], { held: '30 days' });
    expect(await purge()).toBe(0);
  });

  test('stay where the fence is ahead of the clock: a new row would begin below it', async () => {
    await unusedRows(['export:ahead'], { fence: String(Date.now() + DAY) });
    expect(await purge()).toBe(0);
  });

  test('go a thousand at a time: a statement that removes them all would make their claims busy for long', async () => {
    await unusedRows(Array.from({ length: 1_500 }, (_, index) => `export:${index}`));
    expect([await purge(), await purge(), await purge()]).toEqual([1_000, 500, 0]);
  });

  test('that a transaction has locked are skipped, and nobody waits', async () => {
    await unusedRows(['export:locked', 'export:free']);
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    try {
      await runner.query(`SELECT FROM task_lock WHERE name = 'export:locked' FOR NO KEY UPDATE`);
      expect(await purge()).toBe(1);
    } finally {
      await runner.rollbackTransaction();
      await runner.release();
    }
    expect(await left()).toEqual(['export:locked']);
  });

  test('can be claimed at once by a store that still knows them', async () => {
    await unusedRows(['export:5'], { fence: '7' });
    await purge();
    const [answer] = await store.claim([aClaim({ name: 'export:5', tick: { kind: 'call' }, minHold: 0 })]);
    expect(answer).toMatchObject({ status: 'won' });
    expect(answer?.status === 'won' && answer.fence > 7n).toBe(true);
  });
});

test('a role that may not delete is told which privilege the purge needs', async () => {
  const role = `${new URL(database.url).pathname.slice(1)}_app`;
  await database.query(`CREATE ROLE ${role}`);
  await database.query(`GRANT SELECT, INSERT, UPDATE ON task_lock TO ${role}`);
  const limited = await database.connect({ extra: { options: `-c role=${role}` } });
  const asRole = new PostgresLockStore(() => limited, { table: 'task_lock' });
  const purging = asRole.purge({ prefix: 'export:', unusedFor: 7 * DAY });
  await expect(purging).rejects.toThrow(
    'permission denied for table task_lock: grant the role DELETE on the lock table "task_lock"',
  );
  await limited.destroy();
  await database.query(`DROP OWNED BY ${role}`);
  await database.query(`DROP ROLE ${role}`);
});

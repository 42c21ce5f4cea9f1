import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { aClaim, aRelease } from '../support/claims.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';

let database: TestDatabase;
let store: PostgresLockStore;

beforeAll(async () => {
  database = await createDatabase();
  const dataSource = await database.connect();
  store = new PostgresLockStore(() => dataSource, { table: 'task_lock' });
});
afterAll(() => database.drop());

const BY = { by: 'ann', reason: 'wrong mails' };

async function win(claim: ReturnType<typeof aClaim>): Promise<bigint> {
  const [answer] = await store.claim([claim]);
  if (answer?.status !== 'won') throw new Error(`not won: ${answer?.status}`);
  return answer.fence;
}

test('a cancel that arrives as its run ends does not touch the next one', async () => {
  const name = 'mails';
  const call = { name, task: name, tick: { kind: 'call' }, trigger: 'call', minHold: 0 } as const;
  const first = aClaim(call);
  const fence = await win(first);
  expect(await store.operator.cancel({ name, task: name, fence }, BY)).toMatchObject({ status: 'cancelled' });
  await store.release([aRelease(first)]);
  const next = aClaim(call);
  await win(next);
  expect(await store.operator.cancel({ name, task: name, fence }, BY)).toMatchObject({ status: 'refused' });
  const [renewal] = await store.renew([{ name, token: next.token, lease: 300_000, maxHold: 600_000 }]);
  expect(renewal).toMatchObject({ status: 'renewed' });
  expect(renewal).not.toMatchObject({ cancelled: BY });
});

test('a cancel does not touch the run of another lock that has the same fence', async () => {
  const claims = ['one', 'other'].map((name) => aClaim({ name, task: name }));
  for (const claim of claims) await win(claim);
  await database.query(`UPDATE task_lock SET fence = 7 WHERE name IN ('one', 'other')`);
  await store.operator.cancel({ name: 'one', task: 'one', fence: 7n }, BY);
  const held = claims.map(({ name, token }) => ({ name, token, lease: 300_000, maxHold: 600_000 }));
  const answers = await store.renew(held);
  expect(answers.map((answer) => 'cancelled' in answer && answer.cancelled)).toEqual([BY, undefined]);
});

test('a cancelled run whose replica dies is not recovered', async () => {
  const name = 'nightly';
  const dead = aClaim({ name, task: name, recover: true, lease: 300_000 });
  const fence = await win(dead);
  await store.operator.cancel({ name, task: name, fence }, BY);
  await database.query(`UPDATE task_lock SET locked_until = clock_timestamp() WHERE name = '${name}'`);
  const recovery = { name, task: name, tick: { kind: 'abandoned' }, recover: true } as const;
  expect(await store.claim([aClaim(recovery)])).toMatchObject([{ status: 'done' }]);
});

import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { startEmbeddedPostgres } from '../../examples/support/local-postgres.mjs';
import { buildCli } from '../support/built-cli.js';
import { aClaim, aRelease } from '../support/claims.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { steersFleet } from '../support/steers-fleet.js';
import { PGBOUNCER, PgBouncer } from './support/pgbouncer.js';
import { POSTGRESQL, PostgresServer } from './support/postgres-server.js';
import { describeWith } from './support/describe-with.js';

jest.setTimeout(180_000);

describeWith(
  [POSTGRESQL, PGBOUNCER],
  'the command line against a fleet, behind pgbouncer in transaction mode',
  () => {
    let server: PostgresServer | undefined;
    let pooler: PgBouncer | undefined;
    let database: TestDatabase;

    beforeAll(async () => {
      buildCli();
      server = await PostgresServer.primary();
      pooler = await PgBouncer.before(server.url, 4);
      database = await createDatabase({ server: pooler.url });
    });
    afterAll(async () => {
      await database.drop();
      await pooler?.end();
      await server?.end();
    });

    steersFleet(() => database);
  },
);

describe('a database that crashes after an asynchronous release', () => {
  let server: Awaited<ReturnType<typeof startEmbeddedPostgres>>;
  let database: TestDatabase;

  beforeAll(async () => {
    server = await startEmbeddedPostgres();
    database = await createDatabase({ server: server.url });
  });
  afterAll(async () => {
    await database.drop();
    await server.stop();
  });
  afterEach(() => database.query('DELETE FROM task_lock; DELETE FROM task_lock_run'));

  const NAME = 'task';
  const TICK = new Date(Math.floor(Date.now() / 1_000) * 1_000 - 120_000);
  const at = (seconds: number): Date => new Date(TICK.getTime() + seconds * 1_000);
  const scheduled = (seconds: number) => ({ kind: 'scheduled', scheduledTime: at(seconds) }) as const;

  async function storeOfItsOwn(): Promise<PostgresLockStore> {
    const dataSource = await database.connect();
    return new PostgresLockStore(() => dataSource);
  }

  test.each([
    [
      'is lost with its history: the run looks dead, its tick runs no second time, and no fence is given twice',
      false,
    ],
    ['is durable: the run stays recorded', true],
  ])('that %s', async (_, durable) => {
    const before = await storeOfItsOwn();
    await before.prepare([NAME]);
    const claim = aClaim({ tick: scheduled(0), lease: 3_000, minHold: 0 });
    const [won] = await before.claim([claim]);
    if (won?.status !== 'won') throw new Error(`not won: ${won?.status}`);
    const { fence, startedAt } = won;
    const run = {
      name: NAME,
      task: NAME,
      fence,
      trigger: 'tick',
      replica: 'replica-a',
      startedAt,
      tick: at(0),
    } as const;
    // Only a commit that waits for it flushes the log from here on: a crash loses what commits asynchronously.
    const [walWriter] = await database.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'`,
    );
    process.kill(walWriter!.pid, 'SIGSTOP');
    await before.release([aRelease(claim, { durable, run })]);
    await server.restart('immediate');

    const after = await storeOfItsOwn();
    const recorded = await after.operator.runs({ task: NAME, limit: 10 });
    const [lock] = await database.query<{ fence: string; is_over: boolean }>(
      `SELECT fence, finished_at IS NOT NULL AS is_over FROM task_lock WHERE name = '${NAME}'`,
    );
    // One commit has written both, so both are there or neither.
    expect([lock?.is_over, recorded.length]).toEqual(durable ? [true, 1] : [false, 0]);
    expect(lock?.fence).toBe(String(fence));
    // Once the lease is over, where the release is lost.
    await database.query(`UPDATE task_lock SET locked_until = clock_timestamp() WHERE name = '${NAME}'`);
    const again = aClaim({ tick: scheduled(0), minHold: 0 });
    expect(await after.claim([again])).toMatchObject([{ status: 'done' }]);
    const next = aClaim({ tick: scheduled(60), minHold: 0 });
    const [winner] = await after.claim([next]);
    expect(winner).toMatchObject({ status: 'won', previous: durable ? undefined : { fence } });
    if (winner?.status === 'won') expect(winner.fence).toBeGreaterThan(fence);
  });
});

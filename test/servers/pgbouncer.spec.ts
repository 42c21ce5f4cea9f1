import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { taskLockMigrations } from '../../src/migrations.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { conformanceScenarios } from '../../src/testing/index.js';
import { runAgainst } from '../support/cli.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { Fleet } from '../support/fleet.js';
import { observeRow } from '../support/observe-row.js';
import { emptyAll } from '../support/operator-tables.js';
import { expectEveryTickOnce, watch } from '../support/ticks.js';
import {
  advanceClock,
  databaseNow,
  installTravellingClock,
  TRAVELLING,
} from '../support/travelling-clock.js';
import { PGBOUNCER, PgBouncer } from './support/pgbouncer.js';
import { POSTGRESQL, PostgresServer } from './support/postgres-server.js';
import { describeWith } from './support/describe-with.js';

/** Fewer than any of these suites has clients: they share the server's sessions from one statement to the next. */
const POOL_SIZE = 4;

jest.setTimeout(90_000);

describeWith([POSTGRESQL, PGBOUNCER], 'behind pgbouncer in transaction mode', () => {
  let server: PostgresServer | undefined;
  let pooler: PgBouncer | undefined;

  beforeAll(async () => {
    server = await PostgresServer.primary();
    pooler = await PgBouncer.before(server.url, POOL_SIZE);
  });
  afterAll(async () => {
    await pooler?.end();
    await server?.end();
  });

  test('the command line migrates, sees and steers, and its doctor sees the pooler', async () => {
    const database = await createDatabase({ server: pooler!.url, migrated: false });
    const cli = (...argv: string[]) => runAgainst(database.url, ...argv);
    try {
      expect(await cli('migrate')).toMatchObject({ code: 0, err: '' });
      const { code, out, err } = await cli('doctor');
      expect([code, err]).toEqual([0, '']);
      expect(out).toContain('pooler: a pooler shares connections between transactions');
      expect(await cli('list')).toMatchObject({ code: 0, out: 'no task\n' });
      const paused = await cli('pause', '--all', '--reason', 'a move');
      expect(paused).toMatchObject({
        code: 0,
        err: '',
        out: expect.stringContaining('All tasks are paused'),
      });
      expect(await cli('resume', '--all')).toMatchObject({ code: 0, out: 'All tasks were resumed\n' });
    } finally {
      await database.drop();
    }
  });

  describe('the store', () => {
    let database: TestDatabase;
    let store: PostgresLockStore;

    beforeAll(async () => {
      database = await createDatabase({ server: pooler!.url, migrated: false, settings: TRAVELLING });
      await installTravellingClock(database);
      const dataSource = await database.connect({ schema: 'public', migrations: [...taskLockMigrations] });
      await dataSource.runMigrations();
      store = new PostgresLockStore(() => dataSource, { table: 'task_lock' });
    });
    afterAll(() => database.drop());
    beforeEach(() => emptyAll(database));

    test.each(conformanceScenarios)('$rule: $name', async ({ run }) => {
      await run({
        store,
        now: () => databaseNow(database),
        advance: (milliseconds) => advanceClock(database, milliseconds),
        row: (name) => observeRow(database, name),
      });
    });
  });

  describe('an application', () => {
    let database: TestDatabase;
    let fleet: Fleet;

    beforeEach(async () => {
      database = await createDatabase({ server: pooler!.url, migrated: false });
      fleet = new Fleet(database.url);
    });
    afterEach(async () => {
      await fleet.end();
      await database.drop();
    });

    test('migrates when several replicas start at once, and its replicas run every tick once', async () => {
      // TypeORM's own creation of its migrations table races; that table is there from the first deployment on.
      await (await database.connect({ migrations: [] })).runMigrations();
      const starting = Array.from({ length: 3 * POOL_SIZE }, () =>
        database.connect({ migrations: [...taskLockMigrations] }),
      );
      await Promise.all((await Promise.all(starting)).map((dataSource) => dataSource.runMigrations()));

      for (let replica = 0; replica < 6; replica++) await fleet.start();
      let clients = 0;
      const runs = await watch(fleet, 10, async () => {
        clients = await pooler!.clientsOf(database.url);
      });
      expect(clients).toBeGreaterThan(POOL_SIZE);
      expectEveryTickOnce(runs);
    });
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import type { LockStore } from '../../src/store/lock-store.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { conformanceScenarios } from '../../src/testing/index.js';
import type { ConformanceScenario } from '../../src/testing/index.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { inCompany } from '../support/in-company.js';
import { isolatedAs, ISOLATION_LEVELS } from '../support/isolation-levels.js';
import type { IsolationLevel } from '../support/isolation-levels.js';
import { emptyAll } from '../support/operator-tables.js';
import { observeRow } from '../support/observe-row.js';
import {
  advanceClock,
  connectTravelling,
  databaseNow,
  installTravellingClock,
} from '../support/travelling-clock.js';

/**
 * The stricter levels differ in one thing: a statement that meets a row changed since its snapshot fails with 40001,
 * and the store retries. Only scenarios in which statements meet or are retried can tell; the others read and write
 * rows that nobody changes meanwhile, by the same SQL.
 */
const DEPENDS_ON_ISOLATION =
  /^(1 atomic|5 answers|6 token|11 batches|purge|requests|operator|pause|cancel|history)$/;

/** What they are about is never sent in a batch. */
const HAS_NO_BATCH = /^(requests|operator|purge)$/;

function scenariosAt(level: IsolationLevel, isBatch: boolean): readonly ConformanceScenario[] {
  return conformanceScenarios.filter(
    ({ rule }) =>
      (level === 'read committed' || DEPENDS_ON_ISOLATION.test(rule)) &&
      !(isBatch && HAS_NO_BATCH.test(rule)),
  );
}

describe.each(ISOLATION_LEVELS)('the Postgres store, in sessions that default to %s', (level) => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createDatabase({ settings: isolatedAs(level) });
    await installTravellingClock(database);
    dataSource = await connectTravelling(database);
  });
  afterAll(() => database.drop());
  beforeEach(() => emptyAll(database));

  test('the sessions do', async () => {
    const [session] = await dataSource.query<unknown[]>('SHOW transaction_isolation');
    expect(session).toEqual({ transaction_isolation: level });
  });

  describe.each([
    ['alone', (store: LockStore) => store],
    ['in a batch with another task', inCompany],
  ])('a request %s', (_, send) => {
    test.each(scenariosAt(level, send === inCompany))('$rule: $name', async ({ run }) => {
      await run({
        store: send(new PostgresLockStore(() => dataSource, { table: 'task_lock' })),
        now: () => databaseNow(database),
        advance: (milliseconds) => advanceClock(database, milliseconds),
        row: (name) => observeRow(database, name),
      });
    });
  });
});

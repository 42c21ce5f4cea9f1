import { afterAll, beforeAll, beforeEach, describe, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { PostgresLockStore } from '../../src/postgres/postgres-lock-store.js';
import { conformanceScenarios } from '../../src/testing/index.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { observeRow } from '../support/observe-row.js';
import {
  advanceClock,
  connectTravelling,
  databaseNow,
  installTravellingClock,
} from '../support/travelling-clock.js';

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createDatabase();
  await installTravellingClock(database);
  dataSource = await connectTravelling(database);
});
afterAll(() => database.drop());
beforeEach(() => database.query('TRUNCATE task_lock'));

describe('the Postgres store', () => {
  test.each(conformanceScenarios)('$rule: $name', async ({ run }) => {
    await run({
      store: new PostgresLockStore(() => dataSource, { table: 'task_lock' }),
      now: () => databaseNow(database),
      advance: (milliseconds) => advanceClock(database, milliseconds),
      row: (name) => observeRow(database, name),
    });
  });
});

import { afterAll, beforeAll, test } from '@jest/globals';
import fc from 'fast-check';
import { modelRuns, PATIENCE } from '../model/model-runs.js';
import { answersAsDesigned } from '../model/store/store-property.js';
import { inPostgres } from '../model/store/travelling-stores.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

test(
  'locks in Postgres answer as the design says, whatever replicas ask and whenever',
  async () => {
    const store = await inPostgres(database);
    await fc.assert(
      answersAsDesigned(() => store),
      modelRuns(60),
    );
  },
  PATIENCE,
);

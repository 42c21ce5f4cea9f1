import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { buildCli } from '../support/built-cli.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { steersFleet } from '../support/steers-fleet.js';

jest.setTimeout(180_000);

describe('the command line against a fleet of three processes', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    buildCli();
    database = await createDatabase();
  });
  afterAll(() => database.drop());

  steersFleet(() => database);
});

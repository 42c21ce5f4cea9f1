import { afterAll, beforeAll, describe, test } from '@jest/globals';
import fc from 'fast-check';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { modelRuns, PATIENCE } from './model-runs.js';
import { playedTasks } from './store/played-task.js';
import type { PlayedTask } from './store/played-task.js';
import { storeCommands } from './store/store-commands.js';
import { Reference, StoreStage } from './store/store-stage.js';
import { inMemory, inPostgres } from './store/travelling-stores.js';
import type { TravellingStore } from './store/travelling-stores.js';

let database: TestDatabase;
let postgres: TravellingStore;

beforeAll(async () => {
  database = await createDatabase();
  postgres = await inPostgres(database);
});
afterAll(() => database.drop());

const stores = [
  { kind: 'in memory', runs: 400, open: () => inMemory() },
  { kind: 'in Postgres', runs: 60, open: () => postgres },
];

describe.each(stores)('locks $kind', ({ runs, open }) => {
  test(
    'answer as the design says, whatever replicas ask and whenever',
    async () => {
      const commands = fc.commands(storeCommands, { maxCommands: 60, size: 'max' });
      let played = 0;
      const property = fc.asyncProperty(playedTasks, commands, (task, steps) =>
        fc.asyncModelRun(() => setUp(task, `task ${played++}`), steps),
      );
      await fc.assert(property, modelRuns(runs));
    },
    PATIENCE,
  );

  async function setUp(task: PlayedTask, name: string): Promise<{ model: Reference; real: StoreStage }> {
    const store = open();
    const model = new Reference(task);
    const real = new StoreStage(store, name);
    await real.passTime(model, 0);
    return { model, real };
  }
});

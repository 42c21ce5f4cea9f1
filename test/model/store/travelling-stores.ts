import type { LockStore } from '../../../src/store/lock-store.js';
import { PostgresLockStore } from '../../../src/store/postgres/postgres-lock-store.js';
import type { ObservedRow } from '../../../src/testing/index.js';
import { InMemoryLockStore } from '../../../src/testing/index.js';
import type { TestDatabase } from '../../support/database.js';
import { observeRow } from '../../support/observe-row.js';
import { connectTravelling, freezeClock, installTravellingClock } from '../../support/travelling-clock.js';

/** A store whose clock stands still until it is moved. */
export interface TravellingStore {
  store: LockStore;
  moveTo(instant: number): Promise<void>;
  row(name: string): Promise<ObservedRow | undefined>;
  /** Everything that the row says, as one text: two that are equal show that nothing was changed. */
  snapshot(name: string): Promise<string>;
}

export function inMemory(): TravellingStore {
  let now = 0;
  const store = new InMemoryLockStore(() => now);
  return {
    store,
    moveTo: async (instant) => void (now = instant),
    row: async (name) => store.row(name),
    snapshot: async (name) =>
      Object.entries(store.row(name) ?? {})
        .map((entry) => entry.join('='))
        .join(),
  };
}

export async function inPostgres(database: TestDatabase): Promise<TravellingStore> {
  await installTravellingClock(database);
  const dataSource = await connectTravelling(database);
  return {
    store: new PostgresLockStore(() => dataSource, { table: 'task_lock' }),
    moveTo: (instant) => freezeClock(database, instant),
    row: (name) => observeRow(database, name),
    async snapshot(name) {
      const rows = await database.query<{ row: string }>(
        'SELECT task_lock::text AS row FROM task_lock WHERE name = $1',
        [name],
      );
      return rows.map(({ row }) => row).join();
    },
  };
}

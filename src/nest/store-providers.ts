import { Logger } from '@nestjs/common';
import type { Provider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { ModuleSettings } from '../tasks/settings/module-settings.js';
import { BatchedStore } from '../store/batching-store.js';
import { ClockCheckedStore } from '../store/clock-checked-store.js';
import { SystemLockClock } from '../common/clock.js';
import type { LockClock } from '../common/clock.js';
import type { LockStore } from '../store/lock-store.js';
import { TaskLocks } from '../lock/task-locks.js';
import { UnlockedStore } from '../store/memory/unlocked-store.js';
import { PostgresLockStore } from '../store/postgres/postgres-lock-store.js';
import { dataSourceOf } from './data-source.js';
import { LOCK_CLOCK, LOCK_STORE, MODULE_SETTINGS } from './task-lock.tokens.js';

/** The clock, the store, and the locks of this replica in it. */
export const storeProviders: Provider[] = [
  { provide: LOCK_CLOCK, useClass: SystemLockClock },
  {
    provide: LOCK_STORE,
    useFactory: (settings: ModuleSettings, clock: LockClock, moduleRef: ModuleRef): LockStore => {
      if (!settings.enabled) return new UnlockedStore(clock);
      if (settings.store) return settings.store;
      const { schema, table, claimTimeout, preparedStatements } = settings;
      // Longer than the claim itself waits: a late answer may be a win that has to go back.
      const options = { schema, table, preparedStatements, patience: 2 * claimTimeout };
      return new PostgresLockStore(() => dataSourceOf(settings, moduleRef), options, clock);
    },
    inject: [MODULE_SETTINGS, LOCK_CLOCK, ModuleRef],
  },
  {
    provide: TaskLocks,
    useFactory: (store: LockStore, clock: LockClock, settings: ModuleSettings) => {
      const log = new Logger('TaskLock');
      // A store of a test may have a clock of its own.
      const remote =
        store instanceof PostgresLockStore
          ? new BatchedStore(new ClockCheckedStore(store, clock, log))
          : store;
      return new TaskLocks(remote, clock, log, { ...settings, exclusive: settings.enabled });
    },
    inject: [LOCK_STORE, LOCK_CLOCK, MODULE_SETTINGS],
  },
];

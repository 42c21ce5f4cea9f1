import type { LockClock } from '../../src/common/clock.js';
import { createTaskLockCore } from '../../src/nest/core.js';
import type { LockStore } from '../../src/store/lock-store.js';
import type { TaskLockModuleOptions } from '../../src/tasks/options.js';
import { ConfigValues } from '../../src/tasks/settings/placeholders.js';
import { moduleSettings } from '../../src/tasks/settings/module-settings.js';

/** What a simulated replica is made of. */
export interface Simulation {
  store: LockStore;
  /** Its wall clock, in epoch milliseconds. */
  now: () => number;
  environment?: Record<string, string>;
  options?: TaskLockModuleOptions;
}

/**
 * Gives an instance a dispatcher as an application has it, whose calls are ticks of the schedule at a simulated time.
 * Its timers never fire: it is for claims that are answered at once.
 */
export function asSimulatedReplica<T extends object>(
  instance: T,
  { store, now, environment = {}, options }: Simulation,
): T {
  const clock: LockClock = { now, monotonic: now, timer: () => () => {} };
  const { dispatcher } = createTaskLockCore({
    settings: moduleSettings(options ?? {}),
    values: new ConfigValues(environment),
    // Each call at once, past the batches: their turn would wait for a timer.
    store: Object.create(store, { batches: { value: false } }) as LockStore,
    clock,
    log: { log: ignore, debug: ignore, verbose: ignore, warn: ignore, error: expectNone },
    dataSource: noDataSource,
    scheduler: {
      mayTick: () => true,
      hasFired: () => {},
      jobNameOf: () => undefined,
      cronTimeOf: () => undefined,
    },
  });
  dispatcher.schedule(instance);
  return instance;
}

function noDataSource(): never {
  throw new Error('a simulated replica has no data source');
}

function ignore(): void {}

function expectNone(message: string): never {
  throw new Error(`a simulated replica logged an error: ${message}`);
}

import type { LockClock } from '../../src/common/clock.js';
import type { LockStore } from '../../src/store/lock-store.js';
import { ConfigValues } from '../../src/tasks/settings/config-values.js';
import { moduleSettings } from '../../src/tasks/settings/module-settings.js';
import { TaskLocks } from '../../src/lock/task-locks.js';
import { TaskLockInterceptor } from '../../src/calls/task-lock.interceptor.js';
import type { TaskLockModuleOptions } from '../../src/tasks/options.js';
import { TaskLockRegistry } from '../../src/tasks/registry.js';
import { RequestWatch } from '../../src/requests/poller.js';
import { TaskLockRequestPublisher } from '../../src/requests/publisher.js';
import { TaskLockRequestSettler } from '../../src/requests/settler.js';
import { RequestingInterceptor } from '../../src/requests/requesting-interceptor.js';
import { TaskLockRuntime } from '../../src/calls/call-dispatcher.js';
import { transactionsFor } from '../../src/calls/task-lock.transactions.js';
import { RUNTIME } from '../../src/calls/dispatcher-key.js';

/** What a simulated replica is made of. */
export interface Simulation {
  store: LockStore;
  /** Its wall clock, in epoch milliseconds. */
  now: () => number;
  environment?: Record<string, string>;
  options?: TaskLockModuleOptions;
}

/**
 * Gives an instance a runtime as an application has it, whose calls are ticks of the schedule at a simulated time.
 * Its timers never fire: it is for claims that are answered at once.
 */
export function asSimulatedReplica<T extends object>(
  instance: T,
  { store, now, environment = {}, options }: Simulation,
): T {
  const clock: LockClock = { now, monotonic: now, timer: () => () => {} };
  const settings = moduleSettings(options ?? {});
  const silent = { debug: () => {}, warn: () => {}, error: (message: string) => expectNone(message) };
  const locks = new TaskLocks(store, clock, silent, { ...settings, exclusive: true });
  const registry = new TaskLockRegistry(settings, new ConfigValues(environment));
  const watch = new RequestWatch(store.requests, clock, silent, {
    pollingInterval: settings.pollingInterval,
    patience: settings.claimTimeout,
  });
  const publisher = new TaskLockRequestPublisher(store.requests, watch, clock, settings.claimTimeout);
  const settler = new TaskLockRequestSettler(store.requests, watch, clock, silent, settings.claimTimeout);
  const interceptor = new TaskLockInterceptor(locks, transactionsFor(store, noDataSource), () => {});
  const requesting = new RequestingInterceptor(interceptor, publisher, settler, clock);
  const runtime = new TaskLockRuntime(registry, requesting, clock, () => true);
  return Object.assign(instance, { [RUNTIME]: runtime });
}

function noDataSource(): never {
  throw new Error('a simulated replica has no data source');
}

function expectNone(message: string): never {
  throw new Error(`a simulated replica logged an error: ${message}`);
}

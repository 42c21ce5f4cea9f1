import { Logger } from '@nestjs/common';
import { ConfigValues } from '../config/config-values.js';
import { moduleSettings } from '../config/module-settings.js';
import { SystemLockClock } from '../lock/lock-clock.js';
import { TaskLocks } from '../lock/task-locks.js';
import { UnlockedStore } from '../lock/unlocked-store.js';
import type { Method } from '../method-proxy.js';
import { RequestWatch } from '../requests/request-watch.js';
import { declarationsOf } from '../task-lock.declaration.js';
import { TaskLockConfigurationError, TaskLockUsageError } from '../task-lock.errors.js';
import { TaskLockInterceptor } from '../task-lock.interceptor.js';
import type { TaskLockModuleOptions } from '../task-lock.options.js';
import { TaskLockRegistry } from '../task-lock.registry.js';
import { TaskLockRequestRunner } from '../task-lock.request-runner.js';
import { TaskLockRequestPublisher } from '../task-lock.request-publisher.js';
import { TaskLockRequestSettler } from '../task-lock.request-settler.js';
import { RequestingInterceptor } from '../task-lock.requesting-interceptor.js';
import { TaskLockRuntime } from '../task-lock.runtime.js';
import { RUNTIME } from '../task-lock.runtime-key.js';
import { transactionsFor } from '../task-lock.transactions.js';
import { testingOptions } from './task-lock-testing.module.js';

/**
 * Gives an instance that was made with plain `new` a lock in memory, so that its decorated methods can be called.
 * Answers the same instance. Placeholders take their values from the environment or their defaults.
 *
 * @throws TaskLockConfigurationError where the options are wrong
 * @example
 * const jobs = attachTaskLock(new Jobs(mailerMock));
 * await jobs.cleanUp();
 */
export function attachTaskLock<T extends object>(instance: T, options: TaskLockModuleOptions = {}): T {
  const settings = moduleSettings(testingOptions(options));
  if (settings.problems.length > 0) throw new TaskLockConfigurationError(settings.problems);
  const clock = new SystemLockClock();
  const log = new Logger('TaskLock');
  const store = settings.enabled && settings.store ? settings.store : new UnlockedStore(clock);
  const locks = new TaskLocks(store, clock, log, {
    ...settings,
    exclusive: settings.enabled,
  });
  const registry = new TaskLockRegistry(settings, new ConfigValues(process.env));
  const transactions = transactionsFor(store, () => {
    if (typeof settings.dataSource === 'object') return settings.dataSource;
    throw new TaskLockUsageError(
      'currentTaskRun().transaction() needs a data source, which may be a mock: attachTaskLock(instance, { dataSource }).',
    );
  });
  const watch = new RequestWatch(store.requests, clock, log, {
    // An object has no end, as an application has: nothing is looked for but what was asked for.
    pollingInterval: Infinity,
    patience: settings.claimTimeout,
  });
  const publisher = new TaskLockRequestPublisher(store.requests, watch, clock, settings.claimTimeout);
  const settler = new TaskLockRequestSettler(store.requests, watch, clock, log, settings.claimTimeout);
  const interceptor = new TaskLockInterceptor(locks, transactions, (task) => watch.released(task));
  const requesting = new RequestingInterceptor(interceptor, publisher, settler, clock);
  const runtime = new TaskLockRuntime(registry, requesting, clock, () => false);
  Object.defineProperty(instance, RUNTIME, {
    value: runtime,
    configurable: true,
    writable: true,
    enumerable: false,
  });
  const runner = new TaskLockRequestRunner(interceptor, settler, watch, store.requests, clock, {
    // An object has no ticks of its own.
    look: async () => {},
  });
  for (const declaration of declarationsOf(instance)) {
    const { task, problems } = registry.read(instance, declaration);
    const { key } = declaration;
    if (problems.length === 0)
      runner.add(task, { instance, key, declaration, method: Reflect.get(instance, key) as Method });
  }
  return instance;
}

import { Logger } from '@nestjs/common';
import { ConfigValues } from '../tasks/settings/config-values.js';
import { moduleSettings } from '../tasks/settings/module-settings.js';
import { SystemLockClock } from '../common/clock.js';
import { TaskLocks } from '../lock/task-locks.js';
import { UnlockedStore } from '../store/memory/unlocked-store.js';
import type { Method } from '../calls/method-proxy.js';
import { RequestWatch } from '../requests/poller.js';
import { declarationsOf } from '../tasks/declaration.js';
import { TaskLockConfigurationError, TaskLockUsageError } from '../tasks/errors.js';
import { TaskLockInterceptor } from '../calls/task-lock.interceptor.js';
import type { TaskLockModuleOptions } from '../tasks/options.js';
import { TaskLockRegistry } from '../tasks/registry.js';
import { TaskLockRequestRunner } from '../requests/runner.js';
import { TaskLockRequestPublisher } from '../requests/publisher.js';
import { TaskLockRequestSettler } from '../requests/settler.js';
import { RequestingInterceptor } from '../requests/requesting-interceptor.js';
import { TaskLockRuntime } from '../calls/call-dispatcher.js';
import { RUNTIME } from '../calls/dispatcher-key.js';
import { transactionsFor } from '../calls/task-lock.transactions.js';
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

import { Logger } from '@nestjs/common';
import { ConfigValues } from '../config/config-values.js';
import { moduleSettings } from '../config/module-settings.js';
import { SystemLockClock } from '../lock/lock-clock.js';
import { TaskLocks } from '../lock/task-locks.js';
import { UnlockedStore } from '../lock/unlocked-store.js';
import { TaskLockConfigurationError, TaskLockUsageError } from '../task-lock.errors.js';
import { TaskLockInterceptor } from '../task-lock.interceptor.js';
import type { TaskLockModuleOptions } from '../task-lock.options.js';
import { TaskLockRegistry } from '../task-lock.registry.js';
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
  const store = settings.enabled && settings.store ? settings.store : new UnlockedStore(clock);
  const locks = new TaskLocks(store, clock, new Logger('TaskLock'), {
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
  const interceptor = new TaskLockInterceptor(locks, transactions);
  const runtime = new TaskLockRuntime(registry, interceptor, clock, () => false);
  Object.defineProperty(instance, RUNTIME, {
    value: runtime,
    configurable: true,
    writable: true,
    enumerable: false,
  });
  return instance;
}

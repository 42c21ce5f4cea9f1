import { Logger } from '@nestjs/common';
import type { LockLog } from '../common/log.js';
import { SystemLockClock } from '../common/clock.js';
import { createTaskLockCore, storeFor } from '../nest/core.js';
import { declarationsOf } from '../tasks/declaration.js';
import { TaskLockConfigurationError, TaskLockUsageError } from '../tasks/errors.js';
import { ConfigValues } from '../tasks/settings/placeholders.js';
import { moduleSettings } from '../tasks/settings/module-settings.js';
import type { ScheduledMethod } from '../tasks/task-scan.js';
import { testingOptions } from './task-lock-testing.module.js';
import type { TaskLockTestingOptions } from './task-lock-testing.module.js';

/**
 * Gives an instance that you made with plain `new` a lock in memory, so that its decorated methods can be called.
 * Returns the same instance. Placeholders take their values from the environment, or else their defaults.
 *
 * @throws TaskLockConfigurationError if the options are wrong
 * @example
 * const jobs = attachTaskLock(new Jobs(mailerMock));
 * await jobs.cleanUp();
 */
export function attachTaskLock<T extends object>(instance: T, options: TaskLockTestingOptions = {}): T {
  // Nothing ever ends a plain object, so nothing may poll for it.
  const settings = {
    ...moduleSettings(testingOptions(options, 'attachTaskLock()')),
    pollingInterval: Infinity,
  };
  if (settings.problems.length > 0) throw new TaskLockConfigurationError(settings.problems);
  const clock = options.clock ?? new SystemLockClock();
  const log = quietLog();
  const dataSource = () => {
    if (typeof settings.dataSource === 'object') return settings.dataSource;
    throw new TaskLockUsageError(
      'currentTaskRun().transaction() needs a data source, which may be a mock: ' +
        'attachTaskLock(instance, { dataSource }).',
    );
  };
  const { dispatcher, registry, runner } = createTaskLockCore({
    settings,
    values: new ConfigValues(process.env),
    store: storeFor(settings, clock, dataSource, log),
    clock,
    log,
    dataSource,
    scheduler: {
      mayTick: () => false,
      hasFired: () => {},
      jobNameOf: () => undefined,
      cronTimeOf: () => undefined,
    },
  });
  dispatcher.attachTo(instance);
  for (const declaration of declarationsOf(instance)) {
    const { task, problems } = registry.read(instance, declaration);
    const { key } = declaration;
    const method = Reflect.get(instance, key) as ScheduledMethod['method'];
    if (problems.length === 0) runner.add(task, { instance, key, declaration, method });
  }
  return instance;
}

/** A plain spec has Nest's default logger, which prints every level: a line for each run would hide its own output. */
function quietLog(): LockLog {
  const logger = new Logger('TaskLock');
  const ignore = (): void => {};
  return {
    log: ignore,
    debug: ignore,
    verbose: ignore,
    warn: (message) => logger.warn(message),
    error: (message, ...stack) => logger.error(message, ...stack),
  };
}

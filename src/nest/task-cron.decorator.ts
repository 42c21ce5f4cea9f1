import { decoratorOf } from './task-lock.decorator.js';
import type { AsAnnotated, TaskLockDecorator } from './task-lock.decorator.js';
import type { TaskCronOptions } from '../tasks/options.js';

/**
 * `@Cron` and `@TaskLock` in one, with a cron expression that may come from the configuration, which `@Cron` cannot take.
 * It is read when the application starts, and one that cannot be read is an error there. `ScheduleModule.forRoot()` is
 * needed as for `@Cron`; the job stands in its `SchedulerRegistry` under the task's name.
 *
 * @param expression a cron expression; may hold placeholders: `${path.to.key:default}`
 * @param name the lock's name
 * @param options those of `@TaskLock`, and `interval`, `timeZone` and `utcOffset`
 * @throws TaskLockUsageError where `@TaskLock` does
 * @example
 * @TaskCron('${cleanUp.cron:0 3 * * *}', 'clean-up', { timeZone: 'Europe/Paris', missed: 'once' })
 * async cleanUp() {} // CLEAN_UP_CRON='0 5 * * *' changes it
 */
export function TaskCron<Self = never>(
  expression: string,
  name: string,
  options?: TaskCronOptions<Self>,
): TaskLockDecorator<never[], AsAnnotated<Self>>;
export function TaskCron(expression: string, name: string, options: TaskCronOptions = {}): MethodDecorator {
  const { timeZone, utcOffset, ...definition } = options;
  return decoratorOf({ name, ...definition }, { expression, timeZone, utcOffset });
}

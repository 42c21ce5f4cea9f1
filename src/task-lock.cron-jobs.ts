import { Injectable, Logger } from '@nestjs/common';
import type { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { memberOf } from './task-lock.declaration.js';
import { TaskLockConfigurationError } from './task-lock.errors.js';
import type { Task } from './task-lock.registry.js';
import type { ScheduledMethod } from './task-lock.recovery.js';

/** Fires the methods with `@TaskCron`: their expressions are known only after the scheduler has looked for its own. */
@Injectable()
export class TaskLockCronJobs {
  private readonly logger = new Logger('TaskLock');

  /** `scheduler`: of ScheduleModule, which stops its jobs at shutdown; none where that is not imported. */
  constructor(private readonly scheduler: () => SchedulerRegistry | undefined) {}

  /** @throws TaskLockConfigurationError where another cron job has the name of the task */
  start({ name, cron }: Task, { instance, key, method }: ScheduledMethod): void {
    const scheduler = this.scheduler();
    if (!cron || !scheduler) return;
    if (scheduler.doesExist('cron', name)) {
      const message = `'${name}' is the name of a cron job already, like one of @Cron({ name }): rename one of them`;
      throw new TaskLockConfigurationError([{ where: memberOf(instance, key), option: 'name', message }]);
    }
    const onTick = async (): Promise<void> => {
      try {
        await Reflect.apply(method, instance, []);
      } catch (error) {
        this.logger.error(error);
      }
    };
    const { cronTime, timeZone, utcOffset } = cron;
    const job =
      utcOffset === undefined
        ? new CronJob(cronTime, onTick, null, false, timeZone)
        : new CronJob(cronTime, onTick, null, false, null, null, false, utcOffset);
    scheduler.addCronJob(name, job);
    job.start();
  }
}

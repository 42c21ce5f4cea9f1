import { Injectable, Logger } from '@nestjs/common';
import type { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import type { Task } from './task-lock.registry.js';
import type { ScheduledMethod } from './task-lock.recovery.js';

/** Fires the methods with `@TaskCron`: their expressions are known only after the scheduler has looked for its own. */
@Injectable()
export class TaskLockCronJobs {
  private readonly logger = new Logger('TaskLock');

  /** `scheduler`: of ScheduleModule, which stops its jobs at shutdown; none where that is not imported. */
  constructor(private readonly scheduler: () => SchedulerRegistry | undefined) {}

  start({ name, cron }: Task, { instance, method }: ScheduledMethod): void {
    const scheduler = this.scheduler();
    if (!cron || !scheduler) return;
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

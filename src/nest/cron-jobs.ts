import { Injectable, Logger } from '@nestjs/common';
import { CronJob } from 'cron';
import { memberOf } from '../tasks/declaration.js';
import type { TaskLockProblem } from '../tasks/errors.js';
import type { Task } from '../tasks/task.js';
import type { ScheduledMethod } from '../tasks/task-scan.js';
import type { TimerRegistry } from './scheduled-jobs.js';

/** Fires the methods with `@TaskCron`: their expressions are known only after the scheduler has read its own. */
@Injectable()
export class CronJobs {
  private readonly logger = new Logger('TaskLock');

  /** `scheduler` gives the registry of ScheduleModule, which stops the jobs at shutdown, or nothing without that module. */
  constructor(private readonly scheduler: () => TimerRegistry | undefined) {}

  /** Why the job cannot start. A @Cron of this name that the scheduler adds later fails there, with the name alone. */
  problemsOf({ declaredName: name, cron }: Task, { instance, key }: ScheduledMethod): TaskLockProblem[] {
    if (!cron || !this.scheduler()?.getCronJobs().has(name)) return [];
    const message = `'${name}' is the name of a cron job already, like one of @Cron({ name }): rename one of them`;
    return [{ where: memberOf(instance, key), option: 'name', message }];
  }

  start({ declaredName: name, cron }: Task, { instance, method }: ScheduledMethod): void {
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

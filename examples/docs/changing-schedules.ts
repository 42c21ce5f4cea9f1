import { Injectable } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronTime } from 'cron';
import { TaskCron } from 'nestjs-task-lock';

@Injectable()
export class Schedules {
  constructor(private readonly schedulerRegistry: SchedulerRegistry) {}

  // #region configured
  @TaskCron('${cleanUp.cron:0 3 * * *}', 'clean-up', { timeZone: '${cleanUp.zone:UTC}' })
  async cleanUp(): Promise<void> {} // CLEAN_UP_CRON='*/10 * * * *' changes it
  // #endregion configured

  // #region setTime
  moveToFour() {
    const job = this.schedulerRegistry.getCronJob('clean-up'); // the name of @TaskCron, or of @Cron's options
    job.setTime(new CronTime('0 4 * * *', 'Europe/Paris'));
  }
  // #endregion setTime
}

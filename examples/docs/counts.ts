import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { currentTaskRun, TaskLock } from 'nestjs-task-lock';

// #region counts
@Injectable()
export class Counts {
  @Cron(CronExpression.EVERY_HOUR, { timeZone: 'UTC' })
  @TaskLock('counts')
  async count() {
    await currentTaskRun()!.transaction((manager) => manager.query('INSERT INTO counts …'));
  }
}
// #endregion counts

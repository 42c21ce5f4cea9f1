import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { TaskCron, TaskLock } from 'nestjs-task-lock';

@Injectable()
export class Decorated {
  // #region taskLock
  @Cron('0 3 * * *', { timeZone: 'Europe/Paris' })
  @TaskLock('nightly-report')
  async report() {}
  // #endregion taskLock

  // #region taskCron
  @TaskCron('${cleanUp.cron:0 3 * * *}', 'clean-up', {
    timeZone: '${cleanUp.zone:UTC}',
    minHold: '1h',
    maxHold: '1h',
  })
  async cleanUp() {} // CLEAN_UP_CRON='*/10 * * * *' changes it
  // #endregion taskCron
}

import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { TaskLock } from 'nestjs-task-lock';

@Injectable()
export class Jobs {
  @Cron(CronExpression.EVERY_HOUR)
  @TaskLock('clean-up')
  async cleanUp() {}
}

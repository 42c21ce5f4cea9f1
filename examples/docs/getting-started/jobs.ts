import { Injectable, Logger } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { TaskLock } from 'nestjs-task-lock';

@Injectable()
export class Jobs {
  private readonly logger = new Logger(Jobs.name);

  @Cron(CronExpression.EVERY_10_SECONDS)
  @TaskLock('clean-up')
  async cleanUp() {
    this.logger.log('cleaning up');
  }
}

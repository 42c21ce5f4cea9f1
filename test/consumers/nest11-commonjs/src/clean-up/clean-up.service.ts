import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { TaskLock } from 'nestjs-task-lock';
import { Mailer } from './mailer';

@Injectable()
export class CleanUpService {
  constructor(private readonly mailer: Mailer) {}

  @Cron(CronExpression.EVERY_HOUR)
  @TaskLock('clean-up')
  async cleanUp(): Promise<number> {
    await this.mailer.send('cleaned up');
    return 3;
  }

  @TaskLock('export', '${export.every:1h}')
  async export(): Promise<string> {
    return 'exported';
  }
}

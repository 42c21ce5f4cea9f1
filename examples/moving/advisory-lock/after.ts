import { Injectable, Logger } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { TaskLock } from 'nestjs-task-lock';
import { DataSource } from 'typeorm';

@Injectable()
export class SessionCleanUp {
  private readonly logger = new Logger(SessionCleanUp.name);

  constructor(private readonly dataSource: DataSource) {}

  @Cron(CronExpression.EVERY_HOUR, { name: 'session-clean-up' })
  @TaskLock('session-clean-up')
  async cleanUp(): Promise<void> {
    await this.removeExpired();
  }

  private async removeExpired(): Promise<void> {
    await this.dataSource.query('DELETE FROM session WHERE expires_at < now()');
    this.logger.log('Removed expired sessions');
  }
}

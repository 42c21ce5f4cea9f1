import { Injectable, Logger } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { DataSource } from 'typeorm';

@Injectable()
export class SessionCleanUp {
  private readonly logger = new Logger(SessionCleanUp.name);

  constructor(private readonly dataSource: DataSource) {}

  @Cron(CronExpression.EVERY_HOUR, { name: 'session-clean-up' })
  async cleanUp(): Promise<void> {
    const session = this.dataSource.createQueryRunner();
    try {
      const [lock] = (await session.query(
        `SELECT pg_try_advisory_lock(hashtext('session-clean-up')) AS won`,
      )) as [{ won: boolean }];
      if (!lock.won) return;
      try {
        await this.removeExpired();
      } finally {
        await session.query(`SELECT pg_advisory_unlock(hashtext('session-clean-up'))`);
      }
    } finally {
      await session.release();
    }
  }

  private async removeExpired(): Promise<void> {
    await this.dataSource.query('DELETE FROM session WHERE expires_at < now()');
    this.logger.log('Removed expired sessions');
  }
}

import { Injectable } from '@nestjs/common';
import { Cron, CronExpression, Interval } from '@nestjs/schedule';
import { TaskLock } from 'nestjs-task-lock';

@Injectable()
export class Holds {
  // #region report
  @Cron(CronExpression.EVERY_10_MINUTES)
  @TaskLock('import-prices', undefined, { maxHold: '2h' }) // some imports take more than an hour
  async importPrices() {}
  // #endregion report

  // #region hourly
  @Cron(CronExpression.EVERY_HOUR)
  @TaskLock('report', '24h')
  async report() {}
  // #endregion hourly

  // #region configured
  @Interval(60_000)
  @TaskLock('refresh-citations', '${citations.refreshEvery:24h}', { maxHold: '${citations.maxHold:2d}' })
  async refreshCitations() {}
  // #endregion configured
}

import { Injectable } from '@nestjs/common';
import { Cron, CronExpression, Interval, Timeout } from '@nestjs/schedule';
import { currentTaskRun, TaskLock } from 'nestjs-task-lock';

@Injectable()
export class TaskOptions {
  constructor(private readonly leader: { isLeader(): boolean }) {}

  // #region name
  @Cron(CronExpression.EVERY_HOUR)
  @TaskLock('clean-up')
  async cleanUp() {}
  // #endregion name

  // #region interval
  @Timeout(5_000)
  @TaskLock('warm-up', '1h') // however often replicas start, once an hour
  async warmUp() {}
  // #endregion interval

  // #region minHold
  @Interval(600_000)
  @TaskLock('nightly-report', '1d', { minHold: '20h' })
  async nightlyReport() {}
  // #endregion minHold

  // #region maxHold
  @TaskLock('export', undefined, { maxHold: '15m' })
  async export() {}
  // #endregion maxHold

  // #region recover
  @Cron('0 3 * * *', { timeZone: 'UTC' })
  @TaskLock('invoices', undefined, { recover: true })
  async invoices() {
    const run = currentTaskRun()!;
    if (run.recovering) await this.removeDrafts(run.scheduledTime); // what the dead run left behind
  }
  // #endregion recover

  // #region missed
  @Cron('0 3 * * *', { timeZone: 'UTC' })
  @TaskLock('backup', undefined, { missed: 'once', catchupWindow: '6h' })
  async backup() {}
  // #endregion missed

  // #region key
  @TaskLock('course-export', undefined, { key: (courseId: number) => courseId })
  async exportCourse(courseId: number) {
    return `course ${courseId}`;
  }
  // #endregion key

  // #region overlap
  @TaskLock('game-update', undefined, { overlap: 'wait', waitTimeout: '30s' })
  async updateGame() {}
  // #endregion overlap

  // #region debounce
  @TaskLock('index', undefined, { debounce: { delay: '5s', maxDelay: '1m' } })
  async index() {}
  // #endregion debounce

  // #region attempts
  @TaskLock('send-mail', undefined, { key: (id: string) => id, attempts: 10 })
  async sendMail(id: string) {
    return `mail ${id}`;
  }
  // #endregion attempts

  // #region when
  @Cron(CronExpression.EVERY_HOUR)
  @TaskLock('archive', undefined, {
    when(this: TaskOptions) {
      return this.leader.isLeader();
    },
  })
  async archive() {}
  // #endregion when

  // #region object
  @Cron('0 3 * * *', { timeZone: 'UTC' })
  @TaskLock({ name: 'statistics', interval: '1d', minHold: '2h', maxHold: '2h' })
  async statistics() {}
  // #endregion object

  private async removeDrafts(day?: Date) {
    return day;
  }
}

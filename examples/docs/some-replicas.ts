import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { TaskLock } from 'nestjs-task-lock';

interface LeaderElection {
  isLeader(): boolean;
}

// #region when
@Injectable()
export class Jobs {
  constructor(private readonly leader: LeaderElection) {}

  @Cron('0 3 * * *', { timeZone: 'UTC' })
  @TaskLock('nightly-report', undefined, {
    when(this: Jobs) {
      return this.leader.isLeader(); // a boolean, or a promise of one
    },
  })
  async report(): Promise<string> {
    return 'written by the leader';
  }
  // #endregion when

  // #region guard
  @Cron('0 * * * *', { timeZone: 'UTC' })
  @TaskLock('clean-up')
  async cleanUp(): Promise<void> {
    if (process.env.RUN_JOBS !== 'true') return; // wrong: this replica may have won the tick
    await this.removeOldRows();
  }
  // #endregion guard

  // #region variable
  @Cron('0 * * * *', { timeZone: 'UTC' })
  @TaskLock('archive', undefined, { when: () => process.env.RUN_JOBS === 'true' })
  async archive(): Promise<void> {}
  // #endregion variable

  private async removeOldRows() {}
}

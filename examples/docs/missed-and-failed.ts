import { setTimeout } from 'node:timers/promises';
import { Cron } from '@nestjs/schedule';
import { currentTaskRun, TaskLock, TaskLockService } from 'nestjs-task-lock';

export abstract class Reports {
  constructor(private readonly taskLock: TaskLockService) {}

  // #region missed
  @Cron('0 3 * * *', { timeZone: 'Europe/Paris' })
  @TaskLock('nightly-report', undefined, { missed: 'once', catchupWindow: '6h', recover: true })
  async report(): Promise<void> {
    const day = currentTaskRun()!.scheduledTime!; // three o'clock, also when it runs at five
    await this.write(day);
  }
  // #endregion missed

  // #region retry
  @Cron('0 4 * * *', { timeZone: 'UTC' })
  @TaskLock('import', undefined, { minHold: '2h', maxHold: '2h' })
  async import(): Promise<void> {
    const { signal } = currentTaskRun()!;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.load(signal);
      } catch (error) {
        if (attempt === 3) throw error;
        await setTimeout(60_000, undefined, { signal }); // the lock is renewed meanwhile
      }
    }
  }
  // #endregion retry

  // #region request
  @Cron('0 5 * * *', { timeZone: 'UTC' })
  @TaskLock('request-backup')
  async requestBackup(): Promise<void> {
    await this.taskLock.request('backup');
  }

  @TaskLock('backup', undefined, { attempts: 5 }) // retried after 1 s, 4 s, 16 s and 64 s
  async backup(): Promise<void> {
    await this.load(currentTaskRun()!.signal);
  }
  // #endregion request

  protected abstract write(day: Date): Promise<void>;
  protected abstract load(signal: AbortSignal): Promise<void>;
}

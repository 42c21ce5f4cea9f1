import { Cron } from '@nestjs/schedule';
import { currentTaskRun, TaskLock } from 'nestjs-task-lock';

interface Mail {
  to: string;
}

export abstract class Mails {
  // #region cancel
  @Cron('0 2 * * *', { timeZone: 'UTC' })
  @TaskLock('send-mails')
  async sendMails(): Promise<void> {
    const { signal } = currentTaskRun()!;
    for (const mail of await this.waiting({ signal })) {
      signal.throwIfAborted(); // after `npx nestjs-task-lock cancel send-mails --reason "wrong mails"`
      await this.send(mail, { signal });
    }
  }
  // #endregion cancel

  protected abstract waiting(options: { signal: AbortSignal }): Promise<Mail[]>;
  protected abstract send(mail: Mail, options: { signal: AbortSignal }): Promise<void>;
}

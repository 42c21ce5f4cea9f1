import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { currentTaskRun, TaskLock } from 'nestjs-task-lock';

export abstract class Mailer {
  abstract send(hour: Date): Promise<void>;
}

// #region invoices
@Injectable()
export class Invoices {
  constructor(private readonly mailer: Mailer) {}

  @Cron(CronExpression.EVERY_HOUR, { timeZone: 'UTC' })
  @TaskLock('send-invoices')
  async sendInvoices(): Promise<string> {
    const run = currentTaskRun()!;
    await this.mailer.send(run.scheduledTime ?? run.startedAt);
    run.assertHeld();
    return 'sent';
  }
}
// #endregion invoices

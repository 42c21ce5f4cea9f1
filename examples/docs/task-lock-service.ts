import { Injectable, Logger } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { currentTaskRun, TaskLock, TaskLockService } from 'nestjs-task-lock';
import { DataSource } from 'typeorm';

interface Page {
  url: string;
}

// #region run
@Injectable()
export class Exports {
  constructor(private readonly taskLock: TaskLockService) {}

  async run(pages: Page[]): Promise<string> {
    const result = await this.taskLock.run({ name: 'export', maxHold: '10m' }, async (run) => {
      for (const page of pages) {
        run.assertHeld(); // throws if the lock is lost
        await this.export(page, run.signal);
      }
      return pages.length;
    });
    return result.status === 'executed' ? `${result.value} pages` : `${result.reason} by ${result.heldBy}`;
  }
  // #endregion run

  private async export(page: Page, signal: AbortSignal) {
    await fetch(page.url, { signal });
  }
}

class Message {
  id = '';
}

@Injectable()
export class Mailer {
  private readonly logger = new Logger(Mailer.name);

  constructor(
    private readonly taskLock: TaskLockService,
    private readonly dataSource: DataSource,
  ) {}

  // #region bareName
  async sendNow() {
    const result = await this.taskLock.run('send-mails', () => this.sendAll());
    if (result.status === 'skipped') this.logger.log(`not sent: ${result.reason}`);
  }

  @Cron(CronExpression.EVERY_HOUR)
  @TaskLock('send-mails')
  async sendAll() {}
  // #endregion bareName

  // #region dynamic
  async fire(name: string, scheduledTime: Date) {
    await this.taskLock.run({ name, interval: '1h', scheduledTime }, (run) => this.work(run.signal));
  }
  // #endregion dynamic

  // #region request
  async save(message: Message) {
    await this.dataSource.transaction(async (manager) => {
      await manager.save(message);
      await this.taskLock.request<Mailer['send']>('send-mail', { args: [message.id], manager });
    });
  }

  @TaskLock('send-mail', undefined, { key: (id: string) => id, attempts: 10 })
  async send(id: string) {
    this.logger.log(`sends ${id}`); // the row is there; after a rollback it never runs
  }
  // #endregion request

  // #region currentTaskRun
  @Cron(CronExpression.EVERY_HOUR)
  @TaskLock('import')
  async import() {
    const run = currentTaskRun()!;
    this.logger.log(`imports what is due at ${run.scheduledTime?.toISOString()}, fence ${run.fence}`);
    await fetch('https://example.org/prices', { signal: run.signal });
  }
  // #endregion currentTaskRun

  private async work(signal: AbortSignal) {
    signal.throwIfAborted();
  }
}

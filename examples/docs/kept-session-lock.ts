import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { TaskLock } from 'nestjs-task-lock';

export abstract class Ledger {
  abstract export(): Promise<void>;
}

/** Takes the session lock, if this replica does not have it yet, and keeps it. */
export abstract class SessionLock {
  abstract isOurs(): Promise<boolean>;
}

// #region both
@Injectable()
export class LedgerExport {
  constructor(
    private readonly ledger: Ledger,
    private readonly session: SessionLock, // the code that you have
  ) {}

  @Cron(CronExpression.EVERY_MINUTE)
  @TaskLock('ledger-export', undefined, {
    when(this: LedgerExport) {
      return this.session.isOurs();
    },
  })
  async exportLedger(): Promise<void> {
    await this.ledger.export();
  }
}
// #endregion both

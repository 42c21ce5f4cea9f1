import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { currentTaskRun, TaskLock } from 'nestjs-task-lock';

/** The exchange rates of a bank. */
export abstract class Rates {
  abstract load(): AsyncIterable<string>;
  abstract store(rate: string): Promise<void>;
}

@Injectable()
export class RateImport {
  constructor(private readonly rates: Rates) {}

  // #region import
  @Cron('0 */10 * * * *', { name: 'rate-import' })
  @TaskLock('rate-import', undefined, { maxHold: '30m' })
  async import(): Promise<void> {
    const run = currentTaskRun()!;
    for await (const rate of this.rates.load()) {
      run.assertHeld(); // throws if the lock is lost
      await this.rates.store(rate);
    }
  }
  // #endregion import
}

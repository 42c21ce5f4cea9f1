import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Cron, Interval } from '@nestjs/schedule';
import { TaskLock, TaskLockService } from '../../src/index.js';
import { Journal } from './journal.js';
import { CALLS_A_BURST, LONG_TASK } from './tasks.js';

/** One task of each kind. The journal is the demo's; an application has only its work here. */
@Injectable()
export class Jobs {
  constructor(
    private readonly journal: Journal,
    private readonly taskLock: TaskLockService,
  ) {}

  @Cron('* * * * * *')
  @TaskLock('quick')
  async quick(): Promise<void> {
    await this.journal.run(() => delay(5));
  }

  @Cron('*/2 * * * * *')
  @TaskLock('long', undefined, { maxHold: '5s' })
  async long(): Promise<void> {
    await this.journal.run(() => delay(LONG_TASK.takes));
  }

  @Cron('*/3 * * * * *')
  @TaskLock('fails', undefined, { maxHold: '5s' })
  async fails(): Promise<void> {
    await this.journal.run(async () => {
      await delay(60);
      throw new Error('503 from upstream');
    });
  }

  @Interval(500)
  @TaskLock('refresh', '${demo.refreshEvery:4s}', { maxHold: '5s' })
  async refresh(): Promise<void> {
    await this.journal.run(() => delay(120));
  }

  @TaskLock('export', undefined, { debounce: { delay: '2s' } })
  async export(change: number): Promise<void> {
    this.journal.write({ event: 'exported', change });
    await delay(50);
  }

  async burst(firstChange: number): Promise<void> {
    for (let change = firstChange; change < firstChange + CALLS_A_BURST; change++) {
      this.journal.write({ event: 'asked', change });
      await this.export(change);
    }
  }

  /** A job without a decorator, for an instant that all replicas were told. */
  async announced(scheduledTime: Date): Promise<void> {
    await this.taskLock.run({ name: 'announced', interval: '5s', maxHold: '5s', scheduledTime }, () =>
      this.journal.run(() => delay(80)),
    );
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Cron, Interval } from '@nestjs/schedule';
import { DataSource } from 'typeorm';
import { TaskLock } from '../../../src/index.js';
import { monotonicNow } from '../journal.js';
import { TASKS } from '../tasks.js';
import type { ChaosTask } from '../tasks.js';
import { JournalWriter } from './journal-writer.js';
import type { RunJournal } from './journal-writer.js';

const EFFECT_EVERY = 50;

@Injectable()
export class Jobs {
  constructor(
    private readonly journal: JournalWriter,
    private readonly dataSource: DataSource,
  ) {}

  work({ body }: ChaosTask): Promise<void> {
    return this.journal.run((run) => {
      switch (body.kind) {
        case 'pause':
          return this.pause(body.takes, run);
        case 'effects':
          return this.effects(body.takes, run);
        case 'transaction':
          return this.transaction(body.takes, run);
      }
    });
  }

  private async pause(takes: number, { run, effect }: RunJournal): Promise<void> {
    if (takes > 0) await delay(takes);
    // A replica that wakes up past its lease hears of it just before this wait ends.
    run.signal.throwIfAborted();
    effect();
  }

  private async effects(takes: number, { run, effect }: RunJournal): Promise<void> {
    const end = monotonicNow() + takes;
    while (!run.signal.aborted && monotonicNow() < end) {
      effect();
      await delay(EFFECT_EVERY, undefined, { signal: run.signal }).catch(() => undefined);
    }
    // Cut off: of a recoverable task that a shutdown aborted, another replica runs the tick again.
    run.signal.throwIfAborted();
  }

  /** Waits between what it reads, writes and commits: there a stop must find it. */
  private async transaction(takes: number, { run }: RunJournal): Promise<void> {
    const row = [run.name, process.env['REPLICA'], run.scheduledTime, run.fence.toString(), run.startedAt];
    await this.dataSource.query('INSERT INTO begun VALUES ($1, $2, $3, $4, $5)', row);
    await run.transaction(async (manager) => {
      await manager.query('SELECT max(fence) FROM effects WHERE task = $1', [run.name]);
      await delay(takes / 2);
      await manager.query('INSERT INTO effects VALUES ($1, $2, $3, $4, $5)', row);
      await delay(takes / 2);
    });
  }
}

for (const task of TASKS) {
  const { name: key, maxHold, recover } = task;
  const descriptor = { configurable: true, writable: true, value: run };
  async function run(this: Jobs): Promise<void> {
    await this.work(task);
  }
  TaskLock(key, undefined, { maxHold, recover })(Jobs.prototype, key, descriptor);
  scheduleOf(task)(Jobs.prototype, key, descriptor);
  Object.defineProperty(Jobs.prototype, key, descriptor);
}

function scheduleOf({ schedule, every }: ChaosTask): MethodDecorator {
  if (schedule === 'interval') return Interval(every);
  return Cron(`*/${every / 1_000} * * * * *`, { timeZone: 'UTC' });
}

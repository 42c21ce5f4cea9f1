import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { currentTaskRun } from '../../../src/calls/call-context.js';
import { TaskLock } from '../../../src/index.js';
import { trueNow, writeDown } from './journal.js';
import { BODIES, COPIES } from './tasks.js';

@Injectable()
export class Jobs {
  constructor(@Inject(getDataSourceToken()) private readonly dataSource: DataSource) {}

  async work(milliseconds: number): Promise<void> {
    const { name: task, scheduledTime, fence } = currentTaskRun()!;
    const file = process.env['JOURNAL']!;
    const replica = process.env['REPLICA']!;
    const line = { task, tick: scheduledTime?.getTime() ?? null, fence: String(fence), replica };
    writeDown(file, { ...line, event: 'start', at: trueNow() });
    if (milliseconds > 0) await delay(milliseconds);
    writeDown(file, { ...line, event: 'end', at: trueNow() });
  }

  @Cron('* * * * * *')
  @TaskLock('long', undefined, { maxHold: '3s' })
  async long(): Promise<void> {
    if (process.env['LONG_BODY_MS']) await this.work(Number(process.env['LONG_BODY_MS']));
  }

  /** Its last step needs the database: a shutdown that closed it under the run would show. */
  @Cron('* * * * * *')
  @TaskLock('ends in the database')
  async endsInTheDatabase(): Promise<void> {
    if (!process.env['DATABASE_BODY_MS']) return;
    await this.work(Number(process.env['DATABASE_BODY_MS']));
    await this.dataSource.query('INSERT INTO ended VALUES ($1)', [currentTaskRun()!.token]);
  }
}

// The same method under many names: twelve tasks a second and replica.
for (const body of BODIES) {
  for (let copy = 1; copy <= COPIES; copy++) {
    const key = `body ${body} ms, ${copy}`;
    const descriptor = { configurable: true, writable: true, value: run };
    async function run(this: Jobs): Promise<void> {
      await this.work(body);
    }
    TaskLock(key)(Jobs.prototype, key, descriptor);
    Cron('* * * * * *')(Jobs.prototype, key, descriptor);
    Object.defineProperty(Jobs.prototype, key, descriptor);
  }
}

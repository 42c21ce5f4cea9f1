import { mock } from 'node:test';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, Interval, ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import pg from 'pg';
import { TaskLock, TaskLockModule } from 'nestjs-task-lock';
import { answerCommands } from '../support/child.js';

const MINUTE = 60_000;
/** A timer that answers set goes on from there: no step may pass over two of them. */
const STEP = 5_000;
/** Milliseconds of the real clock, without a query in between, after which all is answered. */
const QUIET = 50;

export interface IdleCommand {
  url: string;
  minutes: number;
  operatorPolling?: false;
}

@Injectable()
class Jobs {
  @Cron('0 0 0 1 1 *')
  @TaskLock('yearly')
  async yearly(): Promise<void> {}

  @Cron('0 0 0 1 2 *')
  @TaskLock('yearly, recovered', undefined, { recover: true })
  async recovered(): Promise<void> {}

  @Interval(24 * 60 * MINUTE)
  @TaskLock('daily')
  async daily(): Promise<void> {}

  @TaskLock('called')
  async called(): Promise<void> {}
}

/** The queries that an application sends in so many simulated minutes, with the clock at an instant when nothing is due. */
answerCommands<IdleCommand, number>(async ({ url, minutes, operatorPolling }) => {
  mock.timers.enable({
    apis: ['setTimeout', 'setInterval', 'Date'],
    now: Date.now(),
  });
  const query = mock.method(pg.Client.prototype, 'query');
  class Application {}
  Module({
    imports: [
      // Connecting anew would take longer than the simulated time.
      TypeOrmModule.forRoot({ type: 'postgres', url, extra: { idleTimeoutMillis: 0 } }),
      ScheduleModule.forRoot(),
      TaskLockModule.forRoot({ operatorPolling }),
    ],
    providers: [Jobs],
  })(Application);
  const application = await NestFactory.createApplicationContext(Application, { logger: ['error', 'warn'] });
  await application.get(Jobs).called();
  const answered = async (): Promise<void> => {
    for (let since = performance.now(), calls = -1; performance.now() - since < QUIET;) {
      if (calls !== query.mock.callCount()) [calls, since] = [query.mock.callCount(), performance.now()];
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  // What a start does for operators begins a second after it.
  mock.timers.tick(1_000);
  await answered();
  if (query.mock.callCount() === 0) throw new Error('the queries of the start were not seen');
  query.mock.resetCalls();
  for (let passed = 0; passed < minutes * MINUTE; passed += STEP) {
    mock.timers.tick(STEP);
    await answered();
  }
  const queries = query.mock.callCount();
  mock.timers.reset();
  await application.close();
  return queries;
});

import { mock } from 'node:test';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, Interval, ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import pg from 'pg';
import { TaskLock, TaskLockModule } from 'nestjs-task-lock';
import { answerCommands } from '../support/child.js';

const MINUTE = 60_000;

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
answerCommands<{ url: string; minutes: number }, number>(async ({ url, minutes }) => {
  mock.timers.enable({
    apis: ['setTimeout', 'setInterval', 'Date'],
    now: Date.now(),
  });
  const query = mock.method(pg.Client.prototype, 'query');
  class Application {}
  Module({
    imports: [
      TypeOrmModule.forRoot({ type: 'postgres', url }),
      ScheduleModule.forRoot(),
      TaskLockModule.forRoot(),
    ],
    providers: [Jobs],
  })(Application);
  const application = await NestFactory.createApplicationContext(Application, { logger: ['error', 'warn'] });
  await application.get(Jobs).called();
  if (query.mock.callCount() === 0) throw new Error('the queries of the start were not seen');
  query.mock.resetCalls();
  for (let minute = 0; minute < minutes; minute++) {
    mock.timers.tick(MINUTE);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const queries = query.mock.callCount();
  mock.timers.reset();
  await application.close();
  return queries;
});

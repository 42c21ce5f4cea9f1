// A placeholder takes its value from the ConfigService of this version of @nestjs/config.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { TaskCron, TaskLockModule } from 'nestjs-task-lock';
import { InMemoryLockStore } from 'nestjs-task-lock/testing';
import { decorateMethod } from './application.mjs';

class Jobs {
  async job() {}
}
decorateMethod(Jobs, 'job', TaskCron('${jobs.cron:0 3 * * *}', 'job', { timeZone: 'UTC' }));

class ApplicationModule {}
Module({
  imports: [
    ConfigModule.forRoot({ ignoreEnvFile: true, load: [() => ({ jobs: { cron: '30 4 * * *' } })] }),
    ScheduleModule.forRoot(),
    TaskLockModule.forRoot({ store: new InMemoryLockStore() }),
  ],
  providers: [Jobs],
})(ApplicationModule);

test('a placeholder takes its value from ConfigService', async (t) => {
  const application = await NestFactory.createApplicationContext(ApplicationModule, {
    logger: ['warn', 'error'],
    abortOnError: false,
  });
  t.after(() => application.close());
  const job = application.get(SchedulerRegistry).getCronJob('job');
  assert.equal(String(job.cronTime.source), '30 4 * * *');
});

// esbuild makes a minified bundle of this file, in which all classes have other names: see consumers.mjs.
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Injectable, Module } from '@nestjs/common';
import type { INestApplicationContext } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TaskCron, TaskLock, TaskLockHeldError, TaskLockModule, TaskLockService } from 'nestjs-task-lock';
import { taskLockMigrations } from 'nestjs-task-lock/migrations';
import { DataSource } from 'typeorm';
import { gate } from '../gate';
import { recordRun, runsOf, until } from '../runs';

@Injectable()
class Jobs {
  constructor(readonly taskLock: TaskLockService) {}

  @TaskCron('${jobs.cron:0 3 * * *}', 'configured')
  async configured(): Promise<void> {
    recordRun();
  }

  @TaskLock({ name: 'exclusive', overlap: 'throw' })
  async exclusive(work = async () => {}): Promise<void> {
    await work();
  }
}

@Module({
  imports: [
    ConfigModule.forRoot({ ignoreEnvFile: true, load: [() => ({ jobs: { cron: '* * * * * *' } })] }),
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: process.env.DATABASE_URL,
      migrations: [...taskLockMigrations],
      migrationsRun: true,
    }),
    ScheduleModule.forRoot(),
    TaskLockModule.forRoot(),
  ],
  providers: [Jobs],
})
class ApplicationModule {}

let application: INestApplicationContext;
before(async () => {
  application = await NestFactory.createApplicationContext(ApplicationModule, {
    logger: ['warn', 'error'],
    abortOnError: false,
  });
});
after(() => application.close());

test('the classes have other names', () => {
  const names = [ConfigService, SchedulerRegistry, TaskLockService, Jobs].map((type) => type.name);
  for (const name of names) assert.ok(name.length <= 3, name);
});

test('a placeholder takes its value from ConfigService, and no default', async () => {
  const job = application.get(SchedulerRegistry).getCronJob('configured');
  assert.equal(job.cronTime.source, '* * * * * *');
  await until(() => runsOf('configured').length > 0, 'a tick');
  assert.equal(runsOf('configured')[0]?.scheduledTime?.getMilliseconds(), 0);
});

test('the migrations are recorded under their own names, and do not run twice', async () => {
  const dataSource = application.get(DataSource);
  const rows = await dataSource.query<{ name: string }[]>('SELECT name FROM migrations ORDER BY id');
  assert.deepEqual(
    rows.map(({ name }) => name),
    [
      'CreateTaskLockTable1763683200000',
      'CreateTaskLockRequestTable1795219200000',
      'CreateTaskLockOperatingTables1795651200000',
    ],
  );
  assert.deepEqual(await dataSource.runMigrations(), []);
});

test('the service is injected, and a call that finds the lock held throws a TaskLockHeldError', async () => {
  const jobs = application.get(Jobs);
  const { reached, open, pass } = gate();
  const run = jobs.exclusive(pass);
  await reached;
  await assert.rejects(
    jobs.taskLock.run('exclusive', () => 'a value'),
    TaskLockHeldError,
  );
  open();
  await run;
  assert.deepEqual(await jobs.taskLock.run('exclusive', () => 'a value'), {
    status: 'executed',
    value: 'a value',
  });
});

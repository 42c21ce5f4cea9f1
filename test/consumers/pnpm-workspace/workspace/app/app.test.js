import 'reflect-metadata';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { copy, Jobs, ticks } from '@acme/jobs';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TaskLockModule, TaskLockService } from 'nestjs-task-lock';
import { taskLockMigrations } from 'nestjs-task-lock/migrations';

class AppModule {}
Module({
  imports: [
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
})(AppModule);

let application;
before(async () => {
  application = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
});
after(() => application.close());

test('pnpm installs a copy for the library and another for the application', () => {
  assert.notEqual(copy, import.meta.resolve('nestjs-task-lock'));
});

test('the jobs of the library tick under the module of the application, and get its service', async () => {
  const deadline = Date.now() + 15_000;
  while (ticks.length < 2 && Date.now() < deadline) await delay(20);
  assert.equal(new Set(ticks).size, ticks.length);
  assert.ok(ticks.length >= 2);
  assert.equal(application.get(Jobs).taskLock, application.get(TaskLockService));
});

test('a call is skipped while the lock is held', async () => {
  const jobs = application.get(Jobs);
  let open = () => {};
  const opened = new Promise((resolve) => (open = () => resolve(undefined)));
  let reach = () => {};
  const reached = new Promise((resolve) => (reach = () => resolve(undefined)));
  const run = jobs.slow(async () => {
    reach();
    await opened;
  });
  await reached;
  assert.equal(await jobs.slow(), undefined);
  open();
  assert.equal(await run, 'slow');
});

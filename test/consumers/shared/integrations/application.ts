import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { currentTaskRun, TaskLockModule } from 'nestjs-task-lock';
import { taskLockMigrations } from 'nestjs-task-lock/migrations';

const { version } = createRequire(`${process.cwd()}/`)('@nestjs/core/package.json') as { version: string };

/** What patches the files of Nest knows Nest 11 at most, whose modules are CommonJS. */
export const isPatched = Number.parseInt(version) < 12;

/** An application as the guide sets one up, on a port of its own. */
export async function startApplication(metadata: ModuleMetadata): Promise<INestApplication> {
  @Module({
    ...metadata,
    imports: [
      TypeOrmModule.forRoot({
        type: 'postgres',
        url: process.env['DATABASE_URL'],
        migrations: [...taskLockMigrations],
        migrationsRun: true,
      }),
      ScheduleModule.forRoot(),
      TaskLockModule.forRoot(),
      ...(metadata.imports ?? []),
    ],
  })
  class ApplicationModule {}

  const application = await NestFactory.create(ApplicationModule, { logger: false, abortOnError: false });
  await application.listen(0, '127.0.0.1');
  return application;
}

/** Throws where a method runs unlocked. */
export function lockedRun() {
  const run = currentTaskRun();
  if (!run) throw new Error('the method runs without its lock');
  return run;
}

/** Waits for something that a schedule brings about. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited 15 s in vain for ${what}`);
    await delay(20);
  }
}

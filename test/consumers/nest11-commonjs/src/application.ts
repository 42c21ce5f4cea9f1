import { Module } from '@nestjs/common';
import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SentryModule } from '@sentry/nestjs/setup';
import { TaskLockModule } from 'nestjs-task-lock';
import { taskLockMigrations } from 'nestjs-task-lock/migrations';

/** An application as the README sets one up, with an error tracker. */
export async function startApplication(metadata: ModuleMetadata): Promise<INestApplication> {
  @Module({
    ...metadata,
    imports: [
      SentryModule.forRoot(),
      TypeOrmModule.forRoot({
        type: 'postgres',
        url: process.env.DATABASE_URL,
        migrations: [...taskLockMigrations],
        migrationsRun: true,
      }),
      ScheduleModule.forRoot(),
      TaskLockModule.forRoot(),
      ...(metadata.imports ?? []),
    ],
  })
  class ApplicationModule {}

  const application = await NestFactory.create(ApplicationModule, {
    logger: ['warn', 'error'],
    abortOnError: false,
  });
  application.enableShutdownHooks();
  await application.listen(0);
  return application;
}

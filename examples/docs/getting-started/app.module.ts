import { Jobs } from './jobs.js';
// #region module
import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TaskLockModule } from 'nestjs-task-lock';
import { taskLockMigrations } from 'nestjs-task-lock/migrations';

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: process.env.DATABASE_URL,
      migrations: [...taskLockMigrations /* , ...your own */],
      connectTimeoutMS: 5_000, // without it, your own queries wait for ever if the pool is exhausted
    }),
    ScheduleModule.forRoot(),
    TaskLockModule.forRoot(),
  ],
  providers: [Jobs],
})
export class AppModule {}
// #endregion module

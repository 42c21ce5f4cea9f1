import { Jobs } from './jobs.js';
// #region module
import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TaskLockModule } from 'nestjs-task-lock';

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: process.env.DATABASE_URL }),
    ScheduleModule.forRoot(),
    TaskLockModule.forRoot(),
  ],
  providers: [Jobs], // the class above
})
export class AppModule {}
// #endregion module

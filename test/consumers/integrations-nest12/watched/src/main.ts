import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, CronExpression, ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { currentTaskRun, TaskLock, TaskLockModule } from 'nestjs-task-lock';
import { taskLockMigrations } from 'nestjs-task-lock/migrations';
import { DataSource } from 'typeorm';
import { generation } from './generation.js';

/** Writes down its runs, for watch.test.mjs, which has made the tables. */
@Injectable()
class Jobs {
  constructor(private readonly dataSource: DataSource) {}

  @Cron(CronExpression.EVERY_SECOND)
  @TaskLock('quick')
  async quick() {
    await this.write('started');
  }

  /** The first process stays in it until the test lets it go on. */
  @Cron(CronExpression.EVERY_SECOND)
  @TaskLock({ name: 'slow', maxHold: '10m' })
  async slow() {
    await this.write('started');
    while (generation === 1 && !(await this.mayEnd())) await delay(50);
    await this.write('ended');
  }

  private async mayEnd(): Promise<boolean> {
    return (await this.dataSource.query<unknown[]>('SELECT FROM may_end')).length > 0;
  }

  private async write(what: string) {
    const run = currentTaskRun();
    await this.dataSource.query(
      'INSERT INTO journal (what, task, tick, generation, pid) VALUES ($1, $2, $3, $4, $5)',
      [what, run?.name, run?.scheduledTime, generation, process.pid],
    );
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: process.env['DATABASE_URL'],
      migrations: [...taskLockMigrations],
      migrationsRun: true,
    }),
    ScheduleModule.forRoot(),
    TaskLockModule.forRoot({ shutdownTimeout: '5m' }),
  ],
  providers: [Jobs],
})
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule);
app.enableShutdownHooks();

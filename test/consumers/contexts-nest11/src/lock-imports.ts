import { Injectable, Module } from '@nestjs/common';
import type { ModuleMetadata, OnModuleDestroy } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TaskLockModule } from 'nestjs-task-lock';
import { taskLockMigrations } from 'nestjs-task-lock/migrations';

/** Says when the shutdown of an application has begun. */
@Injectable()
export class ShutdownBegin implements OnModuleDestroy {
  private began = () => {};
  readonly promise = new Promise<void>((resolve) => (this.began = resolve));

  onModuleDestroy(): void {
    this.began();
  }
}

@Module({ providers: [ShutdownBegin] })
class ShutdownBeginModule {}

/** What each application imports for its tasks, as the guide says. */
export function lockImports(): NonNullable<ModuleMetadata['imports']> {
  return [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: process.env.DATABASE_URL,
      migrations: [...taskLockMigrations],
      migrationsRun: true,
    }),
    ScheduleModule.forRoot(),
    TaskLockModule.forRoot(),
    ShutdownBeginModule,
  ];
}

import { Injectable, Module } from '@nestjs/common';
import type { DynamicModule, LogLevel } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type pg from 'pg';
import { DataSource } from 'typeorm';
import { TaskLock, TaskLockModule, TaskLockService } from 'nestjs-task-lock';
import type { TaskLockModuleOptions } from 'nestjs-task-lock';

/** A task that can be asked for. */
export const REQUESTED = 'requested';

/** Another replica's run, which does not end. */
export const HOLD = `
UPDATE task_lock SET token = gen_random_uuid(), locked_by = 'another', started_at = clock_timestamp(),
                     finished_at = NULL, locked_until = 'infinity' WHERE name = 'held'`;

@Injectable()
class RequestedTask {
  @TaskLock(REQUESTED)
  async run(): Promise<void> {}

  @TaskLock('held')
  async held(): Promise<void> {}
}

@Module({ providers: [RequestedTask] })
class Application {
  static with(options: TaskLockModuleOptions): DynamicModule {
    return { module: Application, imports: [TaskLockModule.forRoot(options)] };
  }
}

export interface BenchReplica {
  service: TaskLockService;
  dataSource: DataSource;
  /** Calls a decorated method, which does nothing. */
  callDecorated(): Promise<void>;
  /** Calls one whose lock is never free after {@link HOLD}. */
  callHeld(): Promise<void>;
  close(): Promise<void>;
}

/** An application with the built package, and a pool of its own: with so many connections, or with these settings. */
export async function openReplica(
  url: string,
  pool: number | pg.PoolConfig,
  options: TaskLockModuleOptions = {},
  logger: LogLevel[] | false = ['error', 'warn'],
): Promise<BenchReplica> {
  const extra = typeof pool === 'number' ? { max: pool } : pool;
  const dataSource = new DataSource({ type: 'postgres', url, extra });
  await dataSource.initialize();
  const application = await NestFactory.createApplicationContext(
    Application.with({ dataSource, ...options }),
    { logger },
  );
  return {
    service: application.get(TaskLockService),
    dataSource,
    callDecorated: () => application.get(RequestedTask).run(),
    callHeld: () => application.get(RequestedTask).held(),
    close: async () => {
      await application.close();
      await dataSource.destroy();
    },
  };
}

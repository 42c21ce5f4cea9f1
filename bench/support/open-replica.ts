import { Injectable, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { TaskLock, TaskLockModule, TaskLockService } from 'nestjs-task-lock';
import type { TaskLockModuleOptions } from 'nestjs-task-lock';

/** A task that can be asked for. */
export const REQUESTED = 'requested';

@Injectable()
class RequestedTask {
  @TaskLock(REQUESTED)
  async run(): Promise<void> {}
}

@Module({ providers: [RequestedTask] })
class Application {
  static with(options: TaskLockModuleOptions): DynamicModule {
    return { module: Application, imports: [TaskLockModule.forRoot(options)] };
  }
}

export interface BenchReplica {
  service: TaskLockService;
  /** Calls a decorated method, which does nothing. */
  callDecorated(): Promise<void>;
  close(): Promise<void>;
}

/** An application with the built package, and a pool of its own with so many connections. */
export async function openReplica(
  url: string,
  connections: number,
  options: TaskLockModuleOptions = {},
): Promise<BenchReplica> {
  const dataSource = new DataSource({ type: 'postgres', url, extra: { max: connections } });
  await dataSource.initialize();
  const application = await NestFactory.createApplicationContext(
    Application.with({ dataSource, ...options }),
    { logger: ['error', 'warn'] },
  );
  return {
    service: application.get(TaskLockService),
    callDecorated: () => application.get(RequestedTask).run(),
    close: async () => {
      await application.close();
      await dataSource.destroy();
    },
  };
}

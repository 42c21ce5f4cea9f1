import { Module } from '@nestjs/common';
import type { DynamicModule, Provider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import type { TaskLockModuleAsyncOptions, TaskLockModuleOptions } from '../tasks/options.js';
import { taskLockExports, taskLockProviders } from './providers.js';
import { MODULE_OPTIONS } from './task-lock.tokens.js';

/**
 * Makes `@TaskLock` work in an application: import it once, in the root module. It is global.
 *
 * @example
 * @Module({
 *   imports: [
 *     TypeOrmModule.forRoot({ type: 'postgres', url, migrations: [...taskLockMigrations] }),
 *     ScheduleModule.forRoot(),
 *     TaskLockModule.forRoot(),
 *   ],
 * })
 * export class AppModule {}
 */
@Module({})
export class TaskLockModule {
  /** Options are checked when the application starts, together with its tasks. */
  static forRoot(options: TaskLockModuleOptions = {}): DynamicModule {
    return moduleWith({ provide: MODULE_OPTIONS, useValue: options });
  }

  /**
   * The same, with options from a factory.
   *
   * @example
   * TaskLockModule.forRootAsync({
   *   inject: [ConfigService],
   *   useFactory: (config: ConfigService) => ({ schema: config.get('db.schema') }),
   * })
   */
  static forRootAsync({ imports = [], inject = [], useFactory }: TaskLockModuleAsyncOptions): DynamicModule {
    return moduleWith({ provide: MODULE_OPTIONS, inject, useFactory }, imports);
  }
}

function moduleWith(options: Provider, imports: DynamicModule['imports'] = []): DynamicModule {
  return {
    module: TaskLockModule,
    global: true,
    imports: [DiscoveryModule, ...imports],
    providers: [options, ...taskLockProviders],
    exports: taskLockExports,
  };
}

import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { TaskLockModule } from '../nest/task-lock.module.js';
import type { TaskLockModuleOptions } from '../tasks/options.js';
import { InMemoryLockStore } from '../store/memory/memory-lock-store.js';

/**
 * The lock in a test, without a database: import it beside the classes under test. Runs exclude each other as in the
 * application.
 *
 * Minimum holds that are derived from an interval are off, so that a test can call a method twice. `minHoldFactor`
 * turns them on. A common `store` lets several applications share their locks.
 *
 * A spec of a whole application imports `TaskLockModule` already. Override its provider `LOCK_STORE` instead, as in the
 * second example.
 *
 * @example
 * const module = await Test.createTestingModule({ imports: [TaskLockTestingModule], providers: [Jobs] }).compile();
 * await module.get(Jobs).cleanUp();
 *
 * @example
 * Test.createTestingModule({ imports: [AppModule] }).overrideProvider(LOCK_STORE).useValue(new InMemoryLockStore());
 */
@Module({ imports: [TaskLockModule.forRootAsync({ useFactory: () => testingOptions() })] })
export class TaskLockTestingModule {
  static forRoot(options: TaskLockModuleOptions = {}): DynamicModule {
    return { ...TaskLockModule.forRoot(testingOptions(options)), module: TaskLockModule };
  }
}

export function testingOptions(options: TaskLockModuleOptions = {}): TaskLockModuleOptions {
  return { minHoldFactor: 0, store: new InMemoryLockStore(), ...options };
}

import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { TaskLockModule } from '../nest/task-lock.module.js';
import { LOCK_CLOCK } from '../nest/task-lock.tokens.js';
import { TaskLockUsageError } from '../tasks/errors.js';
import type { TaskLockModuleOptions } from '../tasks/options.js';
import { InMemoryLockStore } from '../store/memory/memory-lock-store.js';
import type { ManualClock } from './manual-clock.js';

/** The options of the module, and those of a test. */
export interface TaskLockTestingOptions extends TaskLockModuleOptions {
  /** A clock that the test moves: the module's, and that of the store unless you give one. Default: the machine's. */
  clock?: ManualClock;
}

/**
 * The lock in a test, without a database: import it beside the classes under test. Runs exclude each other as in the
 * application.
 *
 * Minimum holds that are derived from an interval are off, so that a test can call a method twice. `minHoldFactor`
 * turns them on. A common `store` lets several applications share their locks. A `clock` lets the test move the time:
 * see {@link ManualClock}.
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
  static forRoot(options: TaskLockTestingOptions = {}): DynamicModule {
    const { clock } = options;
    const lock = TaskLockModule.forRoot(testingOptions(options, 'TaskLockTestingModule.forRoot()'));
    const replaced = clock ? [{ provide: LOCK_CLOCK, useFactory: () => clock }] : [];
    return { ...lock, providers: [...(lock.providers ?? []), ...replaced], module: TaskLockModule };
  }
}

/** The options of the module. `where`: what is called, for errors. */
export function testingOptions(
  { clock, ...options }: TaskLockTestingOptions = {},
  where = '',
): TaskLockModuleOptions {
  // The store has a clock of its own, which is right where that of a replica is wrong.
  const store = options.store ?? new InMemoryLockStore(clock && (() => clock.timeline.now()));
  if (clock && store instanceof InMemoryLockStore && !clock.timeline.moves(store.now)) {
    throw new TaskLockUsageError(
      `${where}, option store: it does not tell the time by \`clock\`, so that its leases would not follow it. Write ` +
        `store: new InMemoryLockStore(() => clock.now()), or leave it out.`,
    );
  }
  return { minHoldFactor: 0, ...options, store };
}

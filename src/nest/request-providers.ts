import { Logger } from '@nestjs/common';
import type { Provider } from '@nestjs/common';
import type { ModuleSettings } from '../tasks/settings/module-settings.js';
import type { LockClock } from '../common/clock.js';
import type { LockStore } from '../store/lock-store.js';
import { RequestWatch } from '../requests/poller.js';
import { TaskLockInterceptor } from '../calls/task-lock.interceptor.js';
import { TaskLockRecovery } from '../calls/left-behind-ticks.js';
import { TaskLockRequestPublisher } from '../requests/publisher.js';
import { TaskLockRequestRunner } from '../requests/runner.js';
import { TaskLockRequestSettler } from '../requests/settler.js';
import { RequestingInterceptor } from '../requests/requesting-interceptor.js';
import { LOCK_CLOCK, LOCK_STORE, MODULE_SETTINGS } from './task-lock.tokens.js';

/** What publishes requests, looks for them, and runs them. */
export const requestProviders: Provider[] = [
  {
    provide: RequestWatch,
    useFactory: (
      { requests }: LockStore,
      clock: LockClock,
      { pollingInterval, claimTimeout }: ModuleSettings,
    ) =>
      new RequestWatch(requests, clock, new Logger('TaskLock'), { pollingInterval, patience: claimTimeout }),
    inject: [LOCK_STORE, LOCK_CLOCK, MODULE_SETTINGS],
  },
  {
    provide: TaskLockRequestPublisher,
    useFactory: (
      { requests }: LockStore,
      watch: RequestWatch,
      clock: LockClock,
      { claimTimeout }: ModuleSettings,
    ) => new TaskLockRequestPublisher(requests, watch, clock, claimTimeout),
    inject: [LOCK_STORE, RequestWatch, LOCK_CLOCK, MODULE_SETTINGS],
  },
  {
    provide: TaskLockRequestSettler,
    useFactory: (
      { requests }: LockStore,
      watch: RequestWatch,
      clock: LockClock,
      { claimTimeout }: ModuleSettings,
    ) => new TaskLockRequestSettler(requests, watch, clock, new Logger('TaskLock'), claimTimeout),
    inject: [LOCK_STORE, RequestWatch, LOCK_CLOCK, MODULE_SETTINGS],
  },
  {
    provide: TaskLockRequestRunner,
    useFactory: (
      interceptor: TaskLockInterceptor,
      settler: TaskLockRequestSettler,
      watch: RequestWatch,
      store: LockStore,
      clock: LockClock,
      recovery: TaskLockRecovery,
    ) => new TaskLockRequestRunner(interceptor, settler, watch, store.requests, clock, recovery),
    inject: [
      TaskLockInterceptor,
      TaskLockRequestSettler,
      RequestWatch,
      LOCK_STORE,
      LOCK_CLOCK,
      TaskLockRecovery,
    ],
  },
  {
    provide: RequestingInterceptor,
    useFactory: (
      locked: TaskLockInterceptor,
      publisher: TaskLockRequestPublisher,
      settler: TaskLockRequestSettler,
      clock: LockClock,
    ) => new RequestingInterceptor(locked, publisher, settler, clock),
    inject: [TaskLockInterceptor, TaskLockRequestPublisher, TaskLockRequestSettler, LOCK_CLOCK],
  },
];

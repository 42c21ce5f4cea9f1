import { Logger } from '@nestjs/common';
import type { Provider } from '@nestjs/common';
import type { ModuleSettings } from './config/module-settings.js';
import type { LockClock } from './lock/lock-clock.js';
import type { LockStore } from './lock/lock-store.js';
import { RequestWatch } from './requests/request-watch.js';
import { TaskLockInterceptor } from './task-lock.interceptor.js';
import { TaskLockRecovery } from './task-lock.recovery.js';
import { TaskLockRequestPublisher } from './task-lock.request-publisher.js';
import { TaskLockRequestRunner } from './task-lock.request-runner.js';
import { TaskLockRequestSettler } from './task-lock.request-settler.js';
import { RequestingInterceptor } from './task-lock.requesting-interceptor.js';
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

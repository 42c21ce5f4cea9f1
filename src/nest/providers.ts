import type { Provider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { SchedulerRegistry } from '@nestjs/schedule';
import { ConfigValues } from '../tasks/settings/config-values.js';
import { moduleSettings } from '../tasks/settings/module-settings.js';
import type { ModuleSettings } from '../tasks/settings/module-settings.js';
import type { LockClock } from '../common/clock.js';
import type { LockStore } from '../store/lock-store.js';
import { TaskLocks } from '../lock/task-locks.js';
import { processState } from '../calls/process-state.js';
import { RequestWatch } from '../requests/poller.js';
import { SCHEDULER_OPTIONS, SchedulerState } from './scheduler-state.js';
import type { SchedulerOptions } from './scheduler-state.js';
import { TaskLockCronJobs } from './cron-jobs.js';
import { dataSourceOf } from './data-source.js';
import { TaskLockDiscovery } from './task-lock.discovery.js';
import { TaskLockExplorer } from './task-lock.explorer.js';
import { TaskLockInterceptor } from '../calls/task-lock.interceptor.js';
import type { TaskLockModuleOptions } from '../tasks/options.js';
import { TaskLockRecovery } from '../calls/left-behind-ticks.js';
import { TaskLockRegistry } from '../tasks/registry.js';
import { TaskLockRequestPublisher } from '../requests/publisher.js';
import { requestProviders } from './request-providers.js';
import { TaskLockRequestRunner } from '../requests/runner.js';
import { RequestingInterceptor } from '../requests/requesting-interceptor.js';
import { TaskLockRuntime } from '../calls/call-dispatcher.js';
import { TaskLockService } from './task-lock.service.js';
import { TaskLockShutdown } from './task-lock.shutdown.js';
import { storeProviders } from './store-providers.js';
import { LOCK_CLOCK, LOCK_STORE, MODULE_OPTIONS, MODULE_SETTINGS } from './task-lock.tokens.js';
import { transactionsFor } from '../calls/task-lock.transactions.js';

/** The runtime of the instances whose methods the scheduler fires. */
const TICKING_RUNTIME = Symbol('nestjs-task-lock: the runtime of scheduled instances');

/** What other modules may inject: the service, and the runtime that decorated classes are given. */
export const taskLockExports = [TaskLockService, processState.runtimeToken];

export const taskLockProviders: Provider[] = [
  TaskLockDiscovery,
  ...storeProviders,
  ...requestProviders,
  {
    provide: MODULE_SETTINGS,
    useFactory: (options: TaskLockModuleOptions) => moduleSettings(options),
    inject: [MODULE_OPTIONS],
  },
  {
    provide: TaskLockInterceptor,
    useFactory: (
      locks: TaskLocks,
      store: LockStore,
      settings: ModuleSettings,
      moduleRef: ModuleRef,
      watch: RequestWatch,
    ) =>
      new TaskLockInterceptor(
        locks,
        transactionsFor(store, () => dataSourceOf(settings, moduleRef)),
        (task) => watch.released(task),
      ),
    inject: [TaskLocks, LOCK_STORE, MODULE_SETTINGS, ModuleRef, RequestWatch],
  },
  {
    provide: TaskLockRegistry,
    useFactory: (settings: ModuleSettings, discovery: TaskLockDiscovery) =>
      new TaskLockRegistry(settings, new ConfigValues(process.env, () => discovery.configService())),
    inject: [MODULE_SETTINGS, TaskLockDiscovery],
  },
  {
    provide: SchedulerState,
    useFactory: (moduleRef: ModuleRef) =>
      new SchedulerState(
        () => optional(moduleRef, SchedulerRegistry),
        () => optional<SchedulerOptions>(moduleRef, SCHEDULER_OPTIONS),
      ),
    inject: [ModuleRef],
  },
  {
    // What an instance is made with: one of a request, or of a module that is loaded later, is never ticked.
    provide: processState.runtimeToken,
    useFactory: (registry: TaskLockRegistry, interceptor: RequestingInterceptor, clock: LockClock) =>
      new TaskLockRuntime(registry, interceptor, clock, () => false),
    inject: [TaskLockRegistry, RequestingInterceptor, LOCK_CLOCK],
  },
  {
    provide: TICKING_RUNTIME,
    useFactory: (
      registry: TaskLockRegistry,
      interceptor: RequestingInterceptor,
      clock: LockClock,
      scheduler: SchedulerState,
    ) => new TaskLockRuntime(registry, interceptor, clock, () => scheduler.mayTick()),
    inject: [TaskLockRegistry, RequestingInterceptor, LOCK_CLOCK, SchedulerState],
  },
  {
    provide: TaskLockService,
    useFactory: (
      registry: TaskLockRegistry,
      interceptor: TaskLockInterceptor,
      requests: TaskLockRequestPublisher,
      explorer: TaskLockExplorer,
    ) => new TaskLockService(registry, interceptor, requests, () => explorer.explore()),
    inject: [TaskLockRegistry, TaskLockInterceptor, TaskLockRequestPublisher, TaskLockExplorer],
  },
  {
    provide: TaskLockRecovery,
    useFactory: (locks: TaskLocks) => new TaskLockRecovery(locks),
    inject: [TaskLocks],
  },
  {
    provide: TaskLockCronJobs,
    useFactory: (moduleRef: ModuleRef) => new TaskLockCronJobs(() => optional(moduleRef, SchedulerRegistry)),
    inject: [ModuleRef],
  },
  {
    provide: TaskLockExplorer,
    useFactory: (...dependencies: ConstructorParameters<typeof TaskLockExplorer>) =>
      new TaskLockExplorer(...dependencies),
    inject: [
      TaskLockDiscovery,
      TaskLockRegistry,
      TICKING_RUNTIME,
      LOCK_STORE,
      SchedulerState,
      MODULE_SETTINGS,
      TaskLockRecovery,
      TaskLockCronJobs,
      TaskLockRequestPublisher,
      TaskLockRequestRunner,
    ],
  },
  {
    provide: TaskLockShutdown,
    useFactory: (locks: TaskLocks, requests: TaskLockRequestPublisher, { shutdownTimeout }: ModuleSettings) =>
      new TaskLockShutdown(locks, requests, shutdownTimeout),
    inject: [TaskLocks, TaskLockRequestPublisher, MODULE_SETTINGS],
  },
];

function optional<T>(
  moduleRef: ModuleRef,
  token: string | (abstract new (...args: never[]) => T),
): T | undefined {
  try {
    return moduleRef.get<T>(token, { strict: false });
  } catch {
    return undefined;
  }
}

import { Logger } from '@nestjs/common';
import type { Provider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { SchedulerRegistry } from '@nestjs/schedule';
import { ConfigValues } from './config/config-values.js';
import { moduleSettings } from './config/module-settings.js';
import type { ModuleSettings } from './config/module-settings.js';
import { BatchedStore } from './lock/batched-store.js';
import { ClockCheckedStore } from './lock/clock-checked-store.js';
import { SystemLockClock } from './lock/lock-clock.js';
import type { LockClock } from './lock/lock-clock.js';
import type { LockStore } from './lock/lock-store.js';
import { TaskLocks } from './lock/task-locks.js';
import { UnlockedStore } from './lock/unlocked-store.js';
import { PostgresLockStore } from './postgres/postgres-lock-store.js';
import { processState } from './process-state.js';
import { RequestWatch } from './requests/request-watch.js';
import { SCHEDULER_OPTIONS, SchedulerState } from './schedule/scheduler-state.js';
import type { SchedulerOptions } from './schedule/scheduler-state.js';
import { TaskLockCronJobs } from './task-lock.cron-jobs.js';
import { dataSourceOf } from './task-lock.data-source.js';
import { TaskLockDiscovery } from './task-lock.discovery.js';
import { TaskLockExplorer } from './task-lock.explorer.js';
import { TaskLockInterceptor } from './task-lock.interceptor.js';
import type { TaskLockModuleOptions } from './task-lock.options.js';
import { TaskLockRecovery } from './task-lock.recovery.js';
import { TaskLockRegistry } from './task-lock.registry.js';
import { TaskLockRequestRunner } from './task-lock.request-runner.js';
import { RequestingInterceptor } from './task-lock.requesting-interceptor.js';
import { TaskLockRequests } from './task-lock.requests.js';
import { TaskLockRuntime } from './task-lock.runtime.js';
import { TaskLockService } from './task-lock.service.js';
import { TaskLockShutdown } from './task-lock.shutdown.js';
import { transactionsFor } from './task-lock.transactions.js';

/** The module's options as they were given. */
export const MODULE_OPTIONS = Symbol('nestjs-task-lock: module options');
/** The clock of this replica; tests put their own in its place. */
export const LOCK_CLOCK = Symbol('nestjs-task-lock: clock');
/** The store that the locks are kept in. */
export const LOCK_STORE = Symbol('nestjs-task-lock: store');
const MODULE_SETTINGS = Symbol('nestjs-task-lock: module settings');

/** The runtime of the instances whose methods the scheduler fires. */
const TICKING_RUNTIME = Symbol('nestjs-task-lock: the runtime of scheduled instances');

/** What other modules may inject: the service, and the runtime that decorated classes are given. */
export const taskLockExports = [TaskLockService, processState.runtimeToken];

export const taskLockProviders: Provider[] = [
  TaskLockDiscovery,
  { provide: LOCK_CLOCK, useClass: SystemLockClock },
  {
    provide: MODULE_SETTINGS,
    useFactory: (options: TaskLockModuleOptions) => moduleSettings(options),
    inject: [MODULE_OPTIONS],
  },
  {
    provide: LOCK_STORE,
    useFactory: (settings: ModuleSettings, clock: LockClock, moduleRef: ModuleRef): LockStore => {
      if (!settings.enabled) return new UnlockedStore(clock);
      if (settings.store) return settings.store;
      const { schema, table, claimTimeout, preparedStatements } = settings;
      // Longer than the claim itself waits: a late answer may be a win that has to go back.
      const options = { schema, table, preparedStatements, patience: 2 * claimTimeout };
      return new PostgresLockStore(() => dataSourceOf(settings, moduleRef), options, clock);
    },
    inject: [MODULE_SETTINGS, LOCK_CLOCK, ModuleRef],
  },
  {
    provide: TaskLocks,
    useFactory: (store: LockStore, clock: LockClock, settings: ModuleSettings) => {
      const log = new Logger('TaskLock');
      // A store of a test may have a clock of its own.
      const remote =
        store instanceof PostgresLockStore
          ? new BatchedStore(new ClockCheckedStore(store, clock, log))
          : store;
      return new TaskLocks(remote, clock, log, { ...settings, exclusive: settings.enabled });
    },
    inject: [LOCK_STORE, LOCK_CLOCK, MODULE_SETTINGS],
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
    provide: TaskLockRequests,
    useFactory: (
      { requests }: LockStore,
      watch: RequestWatch,
      clock: LockClock,
      { claimTimeout }: ModuleSettings,
    ) => new TaskLockRequests(requests, watch, clock, new Logger('TaskLock'), claimTimeout),
    inject: [LOCK_STORE, RequestWatch, LOCK_CLOCK, MODULE_SETTINGS],
  },
  {
    provide: TaskLockRequestRunner,
    useFactory: (
      interceptor: TaskLockInterceptor,
      requests: TaskLockRequests,
      watch: RequestWatch,
      store: LockStore,
      clock: LockClock,
    ) => new TaskLockRequestRunner(interceptor, requests, watch, store.requests, clock),
    inject: [TaskLockInterceptor, TaskLockRequests, RequestWatch, LOCK_STORE, LOCK_CLOCK],
  },
  {
    provide: RequestingInterceptor,
    useFactory: (locked: TaskLockInterceptor, requests: TaskLockRequests, clock: LockClock) =>
      new RequestingInterceptor(locked, requests, clock),
    inject: [TaskLockInterceptor, TaskLockRequests, LOCK_CLOCK],
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
      requests: TaskLockRequests,
      explorer: TaskLockExplorer,
    ) => new TaskLockService(registry, interceptor, requests, () => explorer.explore()),
    inject: [TaskLockRegistry, TaskLockInterceptor, TaskLockRequests, TaskLockExplorer],
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
      TaskLockRequests,
      TaskLockRequestRunner,
    ],
  },
  {
    provide: TaskLockShutdown,
    useFactory: (locks: TaskLocks, requests: TaskLockRequests, { shutdownTimeout }: ModuleSettings) =>
      new TaskLockShutdown(locks, requests, shutdownTimeout),
    inject: [TaskLocks, TaskLockRequests, MODULE_SETTINGS],
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

import { Logger } from '@nestjs/common';
import type { Provider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { DISPATCHER_TOKEN } from '../calls/dispatcher-key.js';
import { TaskLockInterceptor } from '../calls/task-lock.interceptor.js';
import { SystemLockClock } from '../common/clock.js';
import type { LockClock } from '../common/clock.js';
import { EVENT_HUB } from '../lock/event-hub.js';
import type { EventHub } from '../lock/event-hub.js';
import { lockNameIn } from '../store/lock-name.js';
import type { LockStore } from '../store/lock-store.js';
import type { TaskLockModuleOptions } from '../tasks/options.js';
import { ConfigValues } from '../tasks/settings/placeholders.js';
import { moduleSettings } from '../tasks/settings/module-settings.js';
import type { ModuleSettings } from '../tasks/settings/module-settings.js';
import { createTaskLockCore, storeFor } from './core.js';
import type { TaskLockCore } from './core.js';
import { TaskLockEvents, TaskLockHealthIndicator, TaskLockService } from './service-token.js';
import { CronJobs } from './cron-jobs.js';
import { dataSourceFinder } from './data-source.js';
import { operatorOf, operatorStoreOf } from './operator.js';
import { overdueTasksOf } from '../operate/overdue-tasks.js';
import { TaskLockOperator } from '../operate/operator-token.js';
import { SCHEDULER_OPTIONS, SchedulerState } from './scheduler-state.js';
import type { SchedulerOptions } from './scheduler-state.js';
import { TaskLockEvents as EventsOfThisCopy } from './task-lock.events.js';
import { TaskLockDiscovery } from './task-lock.discovery.js';
import { TaskLockHealthIndicator as IndicatorOfThisCopy } from './task-lock.health.js';
import { TaskLockExplorer } from './task-lock.explorer.js';
import { TaskLockService as ServiceOfThisCopy } from './task-lock.service.js';
import { TaskLockShutdown } from './task-lock.shutdown.js';
import {
  LOCK_CLOCK,
  LOCK_STORE,
  MODULE_OPTIONS,
  MODULE_SETTINGS,
  TASK_LOCK_CORE,
} from './task-lock.tokens.js';

/** What other modules may inject; decorated classes are given the dispatcher. */
export const taskLockExports = [
  TaskLockService,
  TaskLockOperator,
  TaskLockEvents,
  TaskLockHealthIndicator,
  EVENT_HUB,
  DISPATCHER_TOKEN,
];

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
    useFactory: (settings: ModuleSettings, clock: LockClock, moduleRef: ModuleRef) =>
      storeFor(settings, clock, dataSourceFinder(settings, moduleRef), new Logger('TaskLock')),
    inject: [MODULE_SETTINGS, LOCK_CLOCK, ModuleRef],
  },
  {
    provide: SchedulerState,
    useFactory: (discovery: TaskLockDiscovery, moduleRef: ModuleRef, clock: LockClock) =>
      new SchedulerState(
        () => discovery.jobRegistry(),
        () => optional<SchedulerOptions>(moduleRef, SCHEDULER_OPTIONS),
        () => discovery.timerStarter(),
        clock,
      ),
    inject: [TaskLockDiscovery, ModuleRef, LOCK_CLOCK],
  },
  {
    provide: TASK_LOCK_CORE,
    useFactory: (
      settings: ModuleSettings,
      store: LockStore,
      clock: LockClock,
      discovery: TaskLockDiscovery,
      scheduler: SchedulerState,
      moduleRef: ModuleRef,
    ) =>
      createTaskLockCore({
        settings,
        values: new ConfigValues(process.env, () => discovery.configService()),
        store,
        clock,
        log: new Logger('TaskLock'),
        dataSource: dataSourceFinder(settings, moduleRef),
        scheduler,
      }),
    inject: [MODULE_SETTINGS, LOCK_STORE, LOCK_CLOCK, TaskLockDiscovery, SchedulerState, ModuleRef],
  },
  {
    provide: DISPATCHER_TOKEN,
    useFactory: ({ dispatcher }: TaskLockCore) => dispatcher,
    inject: [TASK_LOCK_CORE],
  },
  {
    provide: TaskLockInterceptor,
    useFactory: ({ interceptor }: TaskLockCore) => interceptor,
    inject: [TASK_LOCK_CORE],
  },
  {
    provide: CronJobs,
    useFactory: (discovery: TaskLockDiscovery) => new CronJobs(() => discovery.jobRegistry()),
    inject: [TaskLockDiscovery],
  },
  {
    provide: TaskLockExplorer,
    useFactory: (
      core: TaskLockCore,
      discovery: TaskLockDiscovery,
      scheduler: SchedulerState,
      cronJobs: CronJobs,
    ) => new TaskLockExplorer(core, discovery, scheduler, cronJobs),
    inject: [TASK_LOCK_CORE, TaskLockDiscovery, SchedulerState, CronJobs],
  },
  {
    provide: TaskLockService,
    useFactory: (core: TaskLockCore, explorer: TaskLockExplorer) =>
      new ServiceOfThisCopy(core, () => explorer.explore()),
    inject: [TASK_LOCK_CORE, TaskLockExplorer],
  },
  { provide: EVENT_HUB, useFactory: ({ events }: TaskLockCore) => events, inject: [TASK_LOCK_CORE] },
  {
    provide: TaskLockEvents,
    useFactory: (hub: EventHub) => new EventsOfThisCopy(hub),
    inject: [EVENT_HUB],
  },
  {
    provide: TaskLockOperator,
    useFactory: (core: TaskLockCore, clock: LockClock) => operatorOf(core, clock),
    inject: [TASK_LOCK_CORE, LOCK_CLOCK],
  },
  {
    provide: TaskLockHealthIndicator,
    useFactory: (core: TaskLockCore, clock: LockClock) => {
      const { registry, settings, store } = core;
      const lockNameHere = (name: string): string | undefined =>
        [lockNameIn(settings.application, name), name].find((lock) => registry.hasLock(lock));
      const overdue = overdueTasksOf(operatorStoreOf(core), lockNameHere, settings.overdueAfter);
      return new IndicatorOfThisCopy(store, overdue, clock, new Logger('TaskLock'), settings.claimTimeout);
    },
    inject: [TASK_LOCK_CORE, LOCK_CLOCK],
  },
  {
    provide: TaskLockShutdown,
    useFactory: (core: TaskLockCore) => new TaskLockShutdown(core),
    inject: [TASK_LOCK_CORE],
  },
];

function optional<T>(moduleRef: ModuleRef, token: string): T | undefined {
  try {
    return moduleRef.get<T>(token, { strict: false });
  } catch {
    return undefined;
  }
}

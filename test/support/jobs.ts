import type { Type } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { TaskLockService } from '../../src/index.js';
import type { TaskLockModuleOptions } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { fireTick, startApplication } from './application.js';
import { Journal } from './journal.js';

/** Starts an application with one class of tasks on a store in memory, and hands over what tests look at. */
export async function startJobs<Jobs extends object>(
  type: Type<Jobs>,
  { store = new InMemoryLockStore(), ...options }: TaskLockModuleOptions & { store?: InMemoryLockStore } = {},
) {
  const application = await startApplication({ providers: [type, Journal], options: { store, ...options } });
  return {
    store,
    jobs: application.get(type),
    journal: application.get(Journal),
    service: application.get(TaskLockService),
    scheduler: application.get(SchedulerRegistry),
    /** Fires the timer of a named `@Cron` now, and waits for its run. */
    fireTick: (cronName: string) => fireTick(application, cronName),
  };
}

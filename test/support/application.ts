import { afterEach } from '@jest/globals';
import type { LoggerService, ModuleMetadata } from '@nestjs/common';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import type { TestingModule, TestingModuleBuilder } from '@nestjs/testing';
import { TaskLockModule } from '../../src/index.js';
import type { TaskLockModuleOptions } from '../../src/index.js';
import type { LockClock } from '../../src/common/clock.js';
import { LOCK_CLOCK } from '../../src/nest/task-lock.tokens.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { CapturedLog } from './captured-log.js';

/** What an application under test is made of, beside the classes with tasks. */
export interface ApplicationUnderTest extends ModuleMetadata {
  /** The lock's module options. A store in memory of this application's own stands in for Postgres. */
  options?: TaskLockModuleOptions;
  /** What the scheduler is told to fire; everything unless given. */
  scheduler?: Parameters<typeof ScheduleModule.forRoot>[0];
  /** The clock of the replica; that of the machine unless given. */
  clock?: LockClock;
  /** Nothing is printed unless one is given: the errors of most tests are expected ones. */
  logger?: LoggerService;
}

const started: TestingModule[] = [];

/** Closes what `startApplication` and `compileApplication` made; call it once in a file. */
export function closeApplicationsAfterEach(): void {
  afterEach(closeApplications);
}

export async function closeApplications(): Promise<void> {
  for (const application of started.splice(0)) await application.close();
}

/** The application with its scheduler and its lock, as a bootstrap file would import them. */
export function buildApplication(application: ApplicationUnderTest): TestingModuleBuilder {
  const { imports = [], options, scheduler, clock, logger = new CapturedLog(), ...metadata } = application;
  const lock = TaskLockModule.forRoot({ store: new InMemoryLockStore(), ...options });
  const builder = Test.createTestingModule({
    ...metadata,
    imports: [ScheduleModule.forRoot(scheduler), lock, ...imports],
  });
  if (clock) builder.overrideProvider(LOCK_CLOCK).useValue(clock);
  return builder.setLogger(logger);
}

/** Compiles it, without its start-up hooks. */
export async function compileApplication(application: ApplicationUnderTest): Promise<TestingModule> {
  const module = await buildApplication(application).compile();
  started.push(module);
  return module;
}

/** Starts it: its schedule runs from here on. */
export async function startApplication(application: ApplicationUnderTest): Promise<TestingModule> {
  const module = await compileApplication(application);
  return module.init();
}

/** Fires the timer of a named `@Cron` now, and waits for its run: calls what the scheduler captured at start-up. */
export async function fireTick(application: TestingModule, cronName: string): Promise<void> {
  const job = application.get(SchedulerRegistry).getCronJob(cronName);
  job.waitForCompletion = true;
  await job.fireOnTick();
}

/** Due once a year, so that only {@link fireTick} makes ticks of it; the tick is the first of this January, UTC. */
export const YEARLY = '0 0 0 1 1 *';
export const THIS_JANUARY = Date.UTC(new Date().getUTCFullYear(), 0, 1);

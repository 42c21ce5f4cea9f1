import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleInit } from '@nestjs/common';
import { asDirectCall } from './call-context.js';
import type { ModuleSettings } from './config/module-settings.js';
import type { LockStore } from './lock/lock-store.js';
import { proxyOf } from './method-proxy.js';
import type { Method } from './method-proxy.js';
import { assertScheduleMetadataIsReadable } from './schedule/schedule-metadata.js';
import { memberOf } from './task-lock.declaration.js';
import type { TaskLockDeclaration } from './task-lock.declaration.js';
import type { DiscoveredClass, TaskLockDiscovery } from './task-lock.discovery.js';
import { TaskLockConfigurationError } from './task-lock.errors.js';
import type { TaskLockProblem } from './task-lock.errors.js';
import type { SchedulerState } from './schedule/scheduler-state.js';
import type { Task, TaskLockRegistry } from './task-lock.registry.js';
import { RUNTIME } from './task-lock.runtime-key.js';
import type { TaskRuntime } from './task-lock.runtime-key.js';

/** Reads all tasks when the application starts, and reports everything that is wrong in one error. */
@Injectable()
export class TaskLockExplorer implements OnModuleInit, OnApplicationBootstrap {
  private readonly logger = new Logger('TaskLock');

  constructor(
    private readonly discovery: TaskLockDiscovery,
    private readonly registry: TaskLockRegistry,
    private readonly runtime: TaskRuntime,
    private readonly store: LockStore,
    private readonly scheduler: SchedulerState,
    private readonly settings: ModuleSettings,
  ) {}

  /** Instances that a factory made have no injected properties. */
  onModuleInit(): void {
    for (const { instances } of this.discovery.decoratedClasses()) {
      for (const instance of instances) {
        if (Reflect.get(instance, RUNTIME) === undefined) Reflect.set(instance, RUNTIME, this.runtime);
      }
    }
  }

  async onApplicationBootstrap(): Promise<void> {
    const classes = this.discovery.decoratedClasses();
    const problems: TaskLockProblem[] = [...this.settings.problems];
    const tasks = this.readTasks(classes, problems);
    this.scheduler.markedDirectCalls();
    await this.checkEnvironment(tasks, problems);
    if (problems.length > 0) throw new TaskLockConfigurationError(problems);
    this.warnOfLocalZones(tasks);
    this.warnOfMissingScheduler(tasks);
  }

  private readTasks(classes: readonly DiscoveredClass[], problems: TaskLockProblem[]): Map<string, Task> {
    const tasks = new Map<string, Task>();
    const owners = new Map<string, { type: unknown; key: string | symbol; member: string }>();
    for (const { declarations, instances, registrations, isTransient } of classes) {
      const [instance] = instances;
      if (!instance) continue;
      for (const declaration of declarations) {
        const { task, problems: ofTask } = this.registry.read(instance, declaration);
        problems.push(...ofTask);
        if (ofTask.some(({ option }) => option === 'name')) continue;
        const { key } = declaration;
        const type = instance.constructor;
        const member = memberOf(instance, key);
        const owner = owners.get(task.name);
        // The same method twice is one that overrides another: the most derived one stands first.
        if (owner && owner.type === type && owner.key === key) continue;
        if (owner) {
          const message = `'${task.name}' is the name of ${owner.member} already: each task needs a name of its own`;
          problems.push({ where: member, option: 'name', message });
          continue;
        }
        owners.set(task.name, { type, key, member });
        tasks.set(task.name, task);
        this.registry.add(task);
        if (task.schedule) markDirectCalls(instances, declaration);
        if (isTransient)
          this.logger.warn(`${member} belongs to a transient provider: each of its instances is a task.`);
        else if (registrations > 1) {
          this.logger.warn(
            `${member} is registered ${registrations} times (an alias, or a class in several modules): the scheduler ` +
              `fires each of them in this replica, and the lock lets one run.`,
          );
        }
      }
    }
    return tasks;
  }

  private async checkEnvironment(
    tasks: ReadonlyMap<string, Task>,
    problems: TaskLockProblem[],
  ): Promise<void> {
    try {
      assertScheduleMetadataIsReadable();
    } catch (error) {
      problems.push({ where: '@nestjs/schedule', message: messageOf(error) });
    }
    try {
      await this.store.prepare([...tasks.keys()]);
    } catch (error) {
      problems.push({ where: 'TaskLockModule', option: 'dataSource', message: messageOf(error) });
    }
  }

  private warnOfMissingScheduler(tasks: ReadonlyMap<string, Task>): void {
    const scheduled = [...tasks.values()].filter(({ schedule }) => schedule !== undefined);
    if (scheduled.length === 0 || this.scheduler.hasScheduler) return;
    this.logger.warn('ScheduleModule.forRoot() is not imported: no scheduled task will ever run by itself.');
  }

  /** Replicas whose crons have no zone must share one; where TZ is not set, the machine's own decides. */
  private warnOfLocalZones(tasks: ReadonlyMap<string, Task>): void {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    if (process.env['TZ'] || timeZone === 'UTC') return;
    const names = [...tasks.values()]
      .filter(({ schedule }) => schedule?.dependsOnLocalZone)
      .map(({ name }) => `"${name}"`);
    if (names.length === 0) return;
    this.logger.warn(
      `The ticks of ${names.join(', ')} depend on this machine's time zone (${timeZone}): replicas in other zones ` +
        `would run them at other hours. Give @Cron a timeZone, or set TZ for all replicas.`,
    );
  }
}

/**
 * The scheduler took the method in `onModuleInit`, so a property that is set on the instance afterwards is met by
 * direct calls only. The tasks of request-scoped classes have no ticks, and their instances come and go.
 */
function markDirectCalls(instances: readonly object[], { key }: TaskLockDeclaration): void {
  for (const instance of instances) {
    const type = instance.constructor;
    const method = Reflect.get(instance, key) as Method;
    const value = proxyOf(method, (original, self, args) =>
      asDirectCall({ type, key }, () => Reflect.apply(original, self, args)),
    );
    Object.defineProperty(instance, key, { value, configurable: true, writable: true, enumerable: false });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

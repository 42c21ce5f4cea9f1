import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleInit } from '@nestjs/common';
import { asDirectCall } from '../calls/call-context.js';
import { formatDuration } from '../common/duration.js';
import type { ModuleSettings } from '../tasks/settings/module-settings.js';
import type { LockStore } from '../store/lock-store.js';
import { messageOf } from '../common/error-text.js';
import { proxyOf } from '../calls/method-proxy.js';
import type { Method } from '../calls/method-proxy.js';
import { assertScheduleMetadataIsReadable } from '../tasks/schedule/schedule-metadata.js';
import type { TaskLockCronJobs } from './cron-jobs.js';
import type { TaskLockDiscovery } from './task-lock.discovery.js';
import { SCHEDULE_OPTION, TaskLockConfigurationError } from '../tasks/errors.js';
import type { TaskLockProblem } from '../tasks/errors.js';
import type { TaskLockModuleOptions } from '../tasks/options.js';
import type { SchedulerState } from './scheduler-state.js';
import type { ScheduledMethod, TaskLockRecovery } from '../calls/left-behind-ticks.js';
import type { TaskLockRequestRunner } from '../requests/runner.js';
import type { TaskLockRequestPublisher } from '../requests/publisher.js';
import type { Task, TaskLockRegistry } from '../tasks/registry.js';
import { RUNTIME } from '../calls/dispatcher-key.js';
import type { TaskRuntime } from '../calls/dispatcher-key.js';
import { surveyTasks } from '../tasks/task-scan.js';
import type { Survey } from '../tasks/task-scan.js';

/** What says where the tables are. */
const TABLE_OPTIONS: ReadonlySet<string> = new Set<keyof TaskLockModuleOptions>(['table', 'schema']);

/** Reads all tasks when the application starts, and reports everything that is wrong in one error. */
@Injectable()
export class TaskLockExplorer implements OnModuleInit, OnApplicationBootstrap {
  private readonly logger = new Logger('TaskLock');
  private survey?: Survey;

  constructor(
    private readonly discovery: TaskLockDiscovery,
    private readonly registry: TaskLockRegistry,
    private readonly runtime: TaskRuntime,
    private readonly store: LockStore,
    private readonly scheduler: SchedulerState,
    private readonly settings: ModuleSettings,
    private readonly recovery: TaskLockRecovery,
    private readonly cronJobs: TaskLockCronJobs,
    private readonly requests: TaskLockRequestPublisher,
    private readonly requestRunner: TaskLockRequestRunner,
  ) {}

  /**
   * The scheduler looks through the same instances as this. Those that a factory made have no injected properties,
   * and a given value may have those of an application before this one. A schedule that cannot be read is reported
   * here, since the scheduler would fail on it, without a word about class and method.
   */
  async onModuleInit(): Promise<void> {
    for (const { instances } of this.discovery.decoratedClasses()) {
      for (const instance of instances) Reflect.set(instance, RUNTIME, this.runtime);
    }
    this.survey = this.read();
    if (this.survey.problems.some(({ option }) => option === SCHEDULE_OPTION)) await this.check(this.survey);
  }

  async onApplicationBootstrap(): Promise<void> {
    const survey = (this.survey ??= this.read());
    const fired = firedMethods(survey);
    for (const { task, key, instances } of survey.members) {
      if (task.schedule) markDirectCalls(instances, key);
    }
    this.scheduler.markedDirectCalls();
    await this.check(survey);
    for (const task of survey.tasks.values()) this.logger.debug(describeTask(task));
    for (const warning of survey.warnings) this.logger.warn(warning);
    this.warnOfLocalZones(survey.tasks);
    this.warnOfMissingScheduler(survey.tasks);
    const taken = fired.flatMap(({ task, method }) => this.cronJobs.problemsOf(task, method));
    if (taken.length > 0) throw new TaskLockConfigurationError(taken);
    for (const { task, method } of fired) {
      this.requestRunner.add(task, method);
      this.recovery.add(task, method);
      if (!task.schedule || !this.scheduler.fires(task.schedule)) continue;
      this.cronJobs.start(task, method);
      this.recovery.watch(task);
    }
  }

  /** Makes the tasks known by their names also before the application is started. */
  explore(): void {
    if (!this.survey) this.read();
  }

  private read(): Survey {
    return surveyTasks(this.discovery.decoratedClasses(), this.registry);
  }

  private async check({ tasks, problems: ofTasks }: Survey): Promise<void> {
    const problems = [...this.settings.problems, ...this.moduleProblems(), ...ofTasks];
    await this.checkEnvironment(tasks, problems);
    if (problems.length > 0) throw new TaskLockConfigurationError(problems);
  }

  private moduleProblems(): TaskLockProblem[] {
    const imports = this.discovery.moduleImports();
    if (imports === 1) return [];
    const message =
      `it is imported ${imports} times: import it once, in the root module, since it is global. In a test of an ` +
      `application that imports it already, override its LOCK_STORE from 'nestjs-task-lock/testing'`;
    return [{ where: 'TaskLockModule', message }];
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
    // No migration makes tables of a wrong name, which is what their absence would be answered with.
    if (this.settings.problems.some(({ option = '' }) => TABLE_OPTIONS.has(option))) return;
    try {
      await this.store.prepare([...tasks.keys()]);
    } catch (error) {
      problems.push({ where: 'TaskLockModule', option: 'dataSource', message: messageOf(error) });
      return;
    }
    const requested = [...tasks.values()].find(({ expectsRequests }) => expectsRequests);
    if (!requested) return;
    if (!this.requests.areSupported) {
      const message = `has no requests, which the task '${requested.name}' needs`;
      problems.push({ where: 'TaskLockModule', option: 'store', message });
      return;
    }
    try {
      await this.requests.prepare();
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

interface FiredMethod {
  task: Task;
  method: ScheduledMethod;
}

/** What the lock itself fires later, taken before direct calls are marked: what it fires is a tick. */
function firedMethods({ members }: Survey): FiredMethod[] {
  return members.flatMap(({ task, declaration, key, instances, isFired }) => {
    const [instance] = instances;
    if (!isFired || !instance) return [];
    return { task, method: { instance, key, declaration, method: Reflect.get(instance, key) as Method } };
  });
}

/**
 * The scheduler took the method in `onModuleInit`, so a property that is set on the instance afterwards is met by
 * direct calls only. The tasks of request-scoped classes have no ticks, and their instances come and go.
 */
function markDirectCalls(instances: readonly object[], key: string | symbol): void {
  for (const instance of instances) {
    const type = instance.constructor;
    const method = Reflect.get(instance, key) as Method;
    const value = proxyOf(method, (original, self, args) =>
      asDirectCall({ type, key }, () => Reflect.apply(original, self, args)),
    );
    Object.defineProperty(instance, key, { value, configurable: true, writable: true, enumerable: false });
  }
}

/** The settings as they came out of placeholders and schedule: how an operator sees that a variable took effect. */
function describeTask({ name, interval, minHold, maxHold, lease }: Task): string {
  const every = interval === undefined ? 'without an interval' : `every ${formatDuration(interval)}`;
  const holds = `minimum hold ${formatDuration(minHold)}, maximum hold ${formatDuration(maxHold)}`;
  return `"${name}" ${every}: ${holds}, lease ${formatDuration(lease)}`;
}

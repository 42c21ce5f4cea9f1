import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleInit } from '@nestjs/common';
import { SCHEDULE_OPTION, TaskLockConfigurationError } from '../tasks/errors.js';
import { firedMethods, scanTasks } from '../tasks/task-scan.js';
import type { TaskScan } from '../tasks/task-scan.js';
import type { TaskLockCore } from './core.js';
import type { CronJobs } from './cron-jobs.js';
import { declaredLeaders, readLeaders } from './leader-providers.js';
import type { LeaderProvider } from './leader-providers.js';
import { markDirectCalls } from './direct-calls.js';
import type { SchedulerState } from './scheduler-state.js';
import { sharedNameWarnings } from './shared-names.js';
import { startUpProblems } from './start-up-checks.js';
import { describeStart, describeTask, startUpWarnings } from './start-up-report.js';
import { timerNameProblems } from './timer-names.js';
import type { NamedTimer } from './timer-names.js';
import type { TaskLockDiscovery } from './task-lock.discovery.js';

/** Reads all tasks when the application starts, and reports everything that is wrong in one error. */
@Injectable()
export class TaskLockExplorer implements OnModuleInit, OnApplicationBootstrap {
  private readonly logger = new Logger('TaskLock');
  private scan?: TaskScan;
  private leaders: readonly LeaderProvider[] = [];
  /** How many modules the application had when its tasks were read last. */
  private explored = 0;
  private hasStarted = false;

  constructor(
    private readonly core: TaskLockCore,
    private readonly discovery: TaskLockDiscovery,
    private readonly scheduler: SchedulerState,
    private readonly cronJobs: CronJobs,
  ) {}

  /** The first half of the start: the scheduler takes the methods of the same instances in its own `onModuleInit`. */
  async onModuleInit(): Promise<void> {
    // Objects that a factory made have no injected properties, and a given one may have those of another application.
    for (const { instances } of this.discovery.decoratedClasses()) {
      for (const instance of instances) this.core.dispatcher.schedule(instance);
    }
    // Before the scheduler starts: a job that is late fires while it does.
    this.scheduler.watch();
    const scan = this.scanTasks();
    // After the tasks are known, whose names a leader cannot have.
    const { providers, problems } = readLeaders(this.discovery.leaders(), this.core);
    this.leaders = providers;
    const ofTimers = timerNameProblems(this.namedTimers(scan));
    this.scan = { ...scan, problems: [...scan.problems, ...ofTimers, ...problems] };
    // The scheduler fails on a schedule that cannot be read, without a word about class and method.
    if (this.scan.problems.some(({ option }) => option === SCHEDULE_OPTION)) await this.check(this.scan);
  }

  /** The second half. The order matters: each step needs what the one before it has done. */
  async onApplicationBootstrap(): Promise<void> {
    const scan = (this.scan ??= this.scanTasks());
    // Before direct calls are marked: what the lock fires by itself is a tick.
    const fired = firedMethods(scan);
    // After the scheduler has taken the methods: it keeps calling them without the mark.
    for (const { task, key, instances } of scan.members) if (task.schedule) markDirectCalls(instances, key);
    // After all are marked: from here on a call without the mark is a tick.
    this.scheduler.markedDirectCalls();
    // Before anything is fired.
    await this.check(scan);
    const taken = fired.flatMap(({ task, method }) => this.cronJobs.problemsOf(task, method));
    if (taken.length > 0) throw new TaskLockConfigurationError(taken);
    this.logger.log(await describeStart(this.core, scan));
    for (const task of scan.tasks.values()) this.logger.debug(describeTask(task));
    const shared = await sharedNameWarnings(this.core.store, this.core.settings, [...scan.tasks.values()]);
    for (const warning of [...startUpWarnings(scan, this.scheduler), ...shared]) this.logger.warn(warning);
    // Last: from here on ticks, recoveries and requests run.
    this.hasStarted = true;
    const { leftBehind, runner } = this.core;
    for (const { task, method } of fired) {
      runner.add(task, method);
      leftBehind.add(task, method);
      if (!task.schedule || !this.scheduler.sets(task.schedule)) continue;
      this.cronJobs.start(task, method);
      leftBehind.watch(task, () => this.scheduler.fires(task));
    }
    this.core.leaders.declared = declaredLeaders(this.leaders);
    for (const { call, methods } of this.leaders) this.core.leaders.begin(call, methods);
    // In the background, a moment later: no start waits for it, and none fails of it.
    this.core.registry.exploreBy(() => this.explore());
    this.core.operating?.background.begin();
  }

  /**
   * Makes tasks known by their names: all before the application has started, and later those of modules that were
   * loaded since. The scheduler does not look for more, so that only calls and requests run those.
   */
  explore(): void {
    if (this.explored === this.discovery.modules) return;
    this.explored = this.discovery.modules;
    const scan = this.scanTasks();
    if (!this.hasStarted) return;
    const { runner } = this.core;
    for (const { task, method } of firedMethods(scan))
      if (!runner.tasks.includes(task.name)) runner.add(task, method);
  }

  /** Those of @nestjs/schedule and those of @TaskCron, which have the names of their tasks. */
  private namedTimers({ members }: TaskScan): NamedTimer[] {
    const ofTaskCron = members.flatMap(({ task, key, isFired, instances: [instance] }) =>
      task.cron && isFired && instance
        ? [
            {
              kind: 'cron' as const,
              name: task.declaredName,
              type: instance.constructor as NamedTimer['type'],
              key,
              isTask: true,
            },
          ]
        : [],
    );
    return [...this.discovery.namedTimers(), ...ofTaskCron];
  }

  private scanTasks(): TaskScan {
    return scanTasks(this.discovery.decoratedClasses(), this.core.registry);
  }

  private async check(scan: TaskScan): Promise<void> {
    const problems = await startUpProblems(this.core, this.discovery.moduleImports(), scan);
    if (problems.length > 0) throw new TaskLockConfigurationError(problems);
  }
}

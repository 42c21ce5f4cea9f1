import type { CronTime } from 'cron';
import { asFiredBy, asScheduler, isByScheduler } from '../calls/call-context.js';
import type { LockClock } from '../common/clock.js';
import type { Task } from '../tasks/task.js';
import type { Schedule } from '../tasks/schedule/schedule.js';
import type { Scheduler } from '../tasks/scheduler.js';
import { ScheduledJobs } from './scheduled-jobs.js';
import type { TimerRegistry, TimerStarter } from './scheduled-jobs.js';

/** The token of the options of ScheduleModule, which does not export it. */
export const SCHEDULER_OPTIONS = 'SCHEDULE_MODULE_OPTIONS';

/** The options of `ScheduleModule.forRoot` that keep a replica from firing. */
export interface SchedulerOptions {
  cronJobs?: boolean;
  intervals?: boolean;
  timeouts?: boolean;
}

/** A clock with this member fires the scheduler's timers itself. All copies of this package share it. */
export const FIRES_SCHEDULE = Symbol.for('nestjs-task-lock: fires the schedule');

/** The clock of a test, which fires the scheduler's timers in place of Node. */
export interface ScheduleFirer {
  /** Called once for each application, before its scheduler starts. */
  [FIRES_SCHEDULE](registry: TimerRegistry, starter?: TimerStarter): void;
}

/**
 * Knows the timers of @nestjs/schedule: whether a call may be a tick, and what fires a task now. Until direct calls are
 * marked, at bootstrap, a call is a tick only if the scheduler makes it, in its start or by a timer: a cron job that is
 * late fires while it is started, and a method that is called in `onModuleInit` is called directly.
 */
export class SchedulerState implements Scheduler {
  private readonly jobs: ScheduledJobs;
  private directCallsAreMarked = false;
  private isWatched = false;
  private hasStarted = false;

  constructor(
    private readonly registry: () => TimerRegistry | undefined,
    private readonly options: () => SchedulerOptions | undefined = () => undefined,
    private readonly starter: () => TimerStarter | undefined = () => undefined,
    private readonly clock?: LockClock & Partial<ScheduleFirer>,
  ) {
    this.jobs = new ScheduledJobs(registry, starter);
  }

  /** Call it before the scheduler starts: its start, and the jobs that are added to it, are watched from here on. */
  watch(): void {
    const starter = this.starter();
    const registry = this.registry();
    if (registry) this.clock?.[FIRES_SCHEDULE]?.(registry, starter);
    if (starter) this.watchStart(starter);
    this.isWatched = starter !== undefined;
    if (registry) watchJobs(registry);
  }

  /** Whether this replica sets timers for such a schedule: an option may leave that to other replicas. */
  sets({ kind }: Pick<Schedule, 'kind'>): boolean {
    const switchedOff = { cron: 'cronJobs', interval: 'intervals', timeout: 'timeouts' } as const;
    return this.hasScheduler && this.options()?.[switchedOff[kind]] !== false;
  }

  /** Whether its timer fires the task now: the application may stop a job, or start a disabled one. */
  fires(task: Task): boolean {
    const { schedule } = task;
    if (!schedule || !this.sets(schedule)) return false;
    return this.hasStarted && schedule.instants ? !this.jobs.isStopped(task) : !schedule.isDisabled;
  }

  get hasScheduler(): boolean {
    return this.registry() !== undefined;
  }

  markedDirectCalls(): void {
    this.directCallsAreMarked = true;
  }

  mayTick(): boolean {
    if (this.directCallsAreMarked || isByScheduler()) return true;
    const registry = this.registry();
    if (!registry || this.isWatched) return false;
    // The start of an unknown scheduler cannot be watched: once it has timers, they may be what calls.
    return (
      registry.getCronJobs().size > 0 ||
      registry.getIntervals().length > 0 ||
      registry.getTimeouts().length > 0
    );
  }

  hasFired(task: Task, job: string): void {
    this.jobs.hasFired(task, job);
  }

  jobNameOf(task: Task): string | undefined {
    return this.jobs.nameOf(task);
  }

  cronTimeOf(task: Task): CronTime | undefined {
    return this.jobs.cronTimeOf(task);
  }

  private watchStart(starter: TimerStarter): void {
    const start = starter.onApplicationBootstrap.bind(starter);
    starter.onApplicationBootstrap = () => {
      try {
        return asScheduler(start);
      } finally {
        this.hasStarted = true;
      }
    };
  }
}

/** Jobs that are added later under the name of a task fire it by calls that look like direct ones. */
function watchJobs(registry: TimerRegistry): void {
  const add = registry.addCronJob.bind(registry);
  registry.addCronJob = (name, job) => {
    add(name, job);
    const fire = job.fireOnTick.bind(job);
    job.fireOnTick = () => asFiredBy(name, fire);
  };
}

import type { Schedule } from '../tasks/schedule/schedule.js';

/** The part of `SchedulerRegistry` from @nestjs/schedule that says whether timers are set. */
export interface SchedulerJobs {
  getCronJobs(): ReadonlyMap<string, unknown>;
  getIntervals(): readonly string[];
  getTimeouts(): readonly string[];
}

/** The token of the options of ScheduleModule, which does not export it. */
export const SCHEDULER_OPTIONS = 'SCHEDULE_MODULE_OPTIONS';

/** The options of `ScheduleModule.forRoot` that keep a replica from firing. */
export interface SchedulerOptions {
  cronJobs?: boolean;
  intervals?: boolean;
  timeouts?: boolean;
}

/**
 * Says whether a call may be a tick. Until direct calls are marked, at bootstrap, a call is a tick only if the scheduler
 * has set its timers: a method that is called in `onModuleInit` is called directly.
 */
export class SchedulerState {
  private directCallsAreMarked = false;

  constructor(
    private readonly jobs: () => SchedulerJobs | undefined,
    private readonly options: () => SchedulerOptions | undefined = () => undefined,
  ) {}

  /** Whether this replica fires the schedule: an option may leave that to other replicas. */
  fires({ kind, isDisabled }: Pick<Schedule, 'kind' | 'isDisabled'>): boolean {
    const switchedOff = { cron: 'cronJobs', interval: 'intervals', timeout: 'timeouts' } as const;
    return this.hasScheduler && !isDisabled && this.options()?.[switchedOff[kind]] !== false;
  }

  get hasScheduler(): boolean {
    return this.jobs() !== undefined;
  }

  markedDirectCalls(): void {
    this.directCallsAreMarked = true;
  }

  mayTick(): boolean {
    if (this.directCallsAreMarked) return true;
    const jobs = this.jobs();
    if (!jobs) return false;
    return jobs.getCronJobs().size > 0 || jobs.getIntervals().length > 0 || jobs.getTimeouts().length > 0;
  }
}

/** The part of `SchedulerRegistry` from @nestjs/schedule that says whether timers are set. */
export interface SchedulerJobs {
  getCronJobs(): ReadonlyMap<string, unknown>;
  getIntervals(): readonly string[];
  getTimeouts(): readonly string[];
}

/**
 * Whether a call may be a tick. Until direct calls are marked, at bootstrap, a call is a tick only where the scheduler
 * has set its timers already; a method that is called in `onModuleInit` is called directly.
 */
export class SchedulerState {
  private directCallsAreMarked = false;

  constructor(private readonly jobs: () => SchedulerJobs | undefined) {}

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

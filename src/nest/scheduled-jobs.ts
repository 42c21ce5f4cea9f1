import type { CronJob, CronTime } from 'cron';
import type { Task } from '../tasks/task.js';

/** The part of `SchedulerRegistry` from @nestjs/schedule that holds the timers. */
export interface TimerRegistry {
  getCronJobs(): ReadonlyMap<string, CronJob>;
  getIntervals(): readonly string[];
  getTimeouts(): readonly string[];
  addCronJob(name: string, job: CronJob): void;
}

/** Known by its members, like the starter: in a bundle the application may have its own copy of the class. */
export function isTimerRegistry(instance: unknown): instance is TimerRegistry {
  if (typeof instance !== 'object' || instance === null) return false;
  const members = ['getCronJobs', 'getIntervals', 'getTimeouts', 'addCronJob'];
  return members.every((member) => typeof Reflect.get(instance, member) === 'function');
}

/** What sets the timers of @nestjs/schedule. It is not exported, and known by these members. */
export interface TimerStarter {
  onApplicationBootstrap(): unknown;
  mountCron(): void;
  /** The cron jobs by their names in the registry. `options` is the object that `@Cron` left on the method. */
  cronJobs: Readonly<Record<string, { options: unknown }>>;
}

/** Finds the cron job that fires a task, which the application may stop, change or replace while it runs. */
export class ScheduledJobs {
  /** The jobs that have fired, by the definitions of their tasks. */
  private readonly fired = new WeakMap<object, string>();

  constructor(
    private readonly registry: () => TimerRegistry | undefined,
    private readonly starter: () => TimerStarter | undefined,
  ) {}

  /** The name of the task's job: given to `@Cron`, or made by the scheduler. That of `@TaskCron` is the task's. */
  nameOf({ declaredName, cron, cronMetadata, definition }: Task): string | undefined {
    if (cron) return declaredName;
    return cronMetadata && (cronMetadata.name || this.fired.get(definition) || this.madeName(cronMetadata));
  }

  hasFired({ definition }: Task, job: string): void {
    this.fired.set(definition, job);
  }

  cronTimeOf(task: Task): CronTime | undefined {
    return this.jobOf(task)?.cronTime;
  }

  /** Whether the application has stopped or deleted the job of a task since the scheduler has started it. */
  isStopped(task: Task): boolean {
    // A job of a date stops by itself.
    if (!task.schedule?.instants) return false;
    const job = this.jobOf(task);
    return job === undefined || !(isActive(job) || isDelayed(task, job));
  }

  private jobOf(task: Task): CronJob | undefined {
    const name = this.nameOf(task);
    return name === undefined ? undefined : this.registry()?.getCronJobs().get(name);
  }

  /** Known before the first firing only where one job has the metadata: a decorator may stand on two methods. */
  private madeName(metadata: object): string | undefined {
    const jobs = Object.entries(this.starter()?.cronJobs ?? {});
    const [only, ...others] = jobs.filter(([, { options }]) => options === metadata);
    return others.length === 0 ? only?.[0] : undefined;
  }
}

/** Whether the job has not begun, since its start is delayed. */
function isDelayed({ cronMetadata }: Task, job: CronJob): boolean {
  return !!cronMetadata?.initialDelay && !cronMetadata.disabled && !job.lastDate();
}

/** cron 3 calls it `running`. */
export function isActive(job: CronJob): boolean {
  return job.isActive || Reflect.get(job, 'running') === true;
}

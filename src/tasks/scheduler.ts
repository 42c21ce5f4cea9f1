import type { CronTime } from 'cron';
import type { Task } from './task.js';

/** What a task's calls ask of the application's scheduler. */
export interface Scheduler {
  /** Whether a call may be a tick. Before the timers are set, every call is a direct one. */
  mayTick(): boolean;
  /** Tells which job has fired the method of a task: of jobs without a name, that is known only then. */
  hasFired(task: Task, job: string): void;
  /** The name under which the scheduler keeps the cron job of the task. */
  jobNameOf(task: Task): string | undefined;
  /** When that job is due now; nothing if there is no such job. */
  cronTimeOf(task: Task): CronTime | undefined;
}

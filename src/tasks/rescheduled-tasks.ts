import type { CronTime } from 'cron';
import { messageOf } from '../common/error-text.js';
import type { LockLog } from '../common/log.js';
import type { TaskLockProblem } from './errors.js';
import type { Task } from './task.js';
import { identityOfJob, scheduleOfJob } from './schedule/schedule.js';
import type { Schedule } from './schedule/schedule.js';
import type { Scheduler } from './scheduler.js';
import type { TaskSettings } from './settings/task-settings.js';

/** Reads the settings of a task anew for another schedule. */
type ReadSettings = (
  task: Task,
  schedule: Schedule,
) => { settings: TaskSettings; problems: readonly Omit<TaskLockProblem, 'where'>[] };

/** Follows cron jobs whose schedule is changed while the application runs, as by `job.setTime(…)`. */
export class RescheduledTasks {
  private readonly latest = new WeakMap<Task, { cronTime: CronTime; task: Task }>();

  constructor(
    private readonly scheduler: Pick<Scheduler, 'cronTimeOf'>,
    private readonly readSettings: ReadSettings,
    private readonly log: Pick<LockLog, 'log' | 'error'>,
  ) {}

  /** The task by the schedule that its cron job has now: with its ticks, and with holds that are derived from it. */
  current(task: Task): Task {
    if (task.schedule?.kind !== 'cron') return task;
    const cronTime = this.scheduler.cronTimeOf(task);
    if (!cronTime) return task;
    const known = this.latest.get(task);
    if (known?.cronTime === cronTime) return known.task;
    const current = this.reschedule(task, cronTime);
    this.latest.set(task, { cronTime, task: current });
    return current;
  }

  private reschedule(task: Task, cronTime: CronTime): Task {
    if (identityOfJob(cronTime) === task.schedule?.identity) return task;
    try {
      const schedule = scheduleOfJob(cronTime);
      const { settings, problems } = this.readSettings(task, schedule);
      const [problem] = problems;
      if (!problem) {
        this.log.log(`"${task.name}" is due by ${schedule.description} from now on.`);
        return { ...task, ...settings, schedule };
      }
      this.log.error(
        `"${task.name}" is due by ${schedule.description} from now on, and its options do not fit that: ` +
          `${problem.option ?? 'its schedule'}: ${problem.message}. It keeps the holds of the schedule that it was declared with.`,
      );
      return { ...task, schedule };
    } catch (error) {
      this.log.error(`"${task.name}" keeps the schedule that it was declared with: ${messageOf(error)}`);
      return task;
    }
  }
}

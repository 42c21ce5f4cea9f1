import type { CronTime } from 'cron';
import { messageOf } from '../common/error-text.js';
import type { LockClock } from '../common/clock.js';
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

/** A tick of the last second is that of the timer by which a change is noticed. */
const JUST_NOW = 1_000;

/** Follows cron jobs whose schedule is changed while the application runs, as by `job.setTime(…)`. */
export class RescheduledTasks {
  /** By the task as it was declared: what it was by each schedule of its jobs, and what it was last. */
  private readonly known = new WeakMap<Task, { byTime: WeakMap<CronTime, Task>; last: Task }>();

  constructor(
    private readonly scheduler: Pick<Scheduler, 'cronTimeOf'>,
    private readonly readSettings: ReadSettings,
    private readonly log: Pick<LockLog, 'log' | 'error'>,
    private readonly clock: Pick<LockClock, 'now'>,
  ) {}

  /** The task by the schedule that its cron job has now: with its ticks, and with holds that are derived from it. */
  current(declared: Task): Task {
    if (declared.schedule?.kind !== 'cron') return declared;
    const cronTime = this.scheduler.cronTimeOf(declared);
    if (!cronTime) return declared;
    let known = this.known.get(declared);
    if (!known) this.known.set(declared, (known = { byTime: new WeakMap<CronTime, Task>(), last: declared }));
    let task = known.byTime.get(cronTime);
    if (!task) {
      task = this.reschedule(declared, cronTime);
      known.byTime.set(cronTime, task);
      if (task === declared && known.last !== declared) this.report(declared, declared.schedule);
      known.last = task;
    }
    return task;
  }

  private reschedule(task: Task, cronTime: CronTime): Task {
    if (identityOfJob(cronTime) === task.schedule?.identity) return task;
    try {
      const schedule = this.scheduleSinceNow(cronTime);
      const { settings, problems } = this.readSettings(task, schedule);
      const [problem] = problems;
      if (!problem) {
        this.report(task, schedule);
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

  /** Ticks that it names before the change were never due, so none of them was missed. */
  private scheduleSinceNow(cronTime: CronTime): Schedule {
    const schedule = scheduleOfJob(cronTime);
    const { instants } = schedule;
    if (!instants) return schedule;
    const now = this.clock.now();
    const tick = instants.tickAt(now).getTime();
    const since = now - tick < JUST_NOW ? tick : now;
    return {
      ...schedule,
      since,
      instants: {
        tickAt: (at) => instants.tickAt(at),
        nextAfter: (after) => instants.nextAfter(Math.max(after, since - 1)),
      },
    };
  }

  private report({ name }: Task, { description }: Schedule): void {
    this.log.log(`"${name}" is due by ${description} from now on.`);
  }
}

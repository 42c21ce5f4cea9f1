import type { CronJob, CronTime } from 'cron';
import type { LockClock } from '../common/clock.js';
import { isActive } from '../nest/scheduled-jobs.js';
import type { TimerRegistry, TimerStarter } from '../nest/scheduled-jobs.js';
import { CronTicks } from '../tasks/schedule/cron-ticks.js';
import type { CronMetadata } from '../tasks/schedule/schedule-metadata.js';

/** Timers of @nestjs/schedule by their names in the registry. */
type Timers = Readonly<Record<string, { target: () => void; timeout: number; ref: NodeJS.Timeout }>>;

/** What sets the timers of @nestjs/schedule, with all of it that a clock of a test takes over. */
interface FullStarter extends TimerStarter {
  cronJobs: Readonly<Record<string, { options: CronMetadata }>>;
  intervals: Timers;
  timeouts: Timers;
  mountIntervals(): void;
  mountTimeouts(): void;
}

/** Fires the scheduler's timers by a clock of a test. Call it before the scheduler starts. */
export function fireByClock(clock: LockClock, registry: TimerRegistry, starter?: TimerStarter): void {
  const add = registry.addCronJob.bind(registry);
  registry.addCronJob = (name, job) => {
    add(name, job);
    clockJob(clock, job);
  };
  for (const job of registry.getCronJobs().values()) clockJob(clock, job);
  if (!starter) return;
  const { cronJobs, intervals, timeouts } = starter as FullStarter;
  replace(starter as FullStarter, 'mountCron', (mount) => {
    mountStopped(cronJobs, mount);
    for (const [name, { options }] of Object.entries(cronJobs)) {
      const job = registry.getCronJobs().get(name);
      if (!job || options.disabled) continue;
      if (!options.initialDelay) job.start();
      else
        clock.timer(options.initialDelay, () => {
          if (registry.getCronJobs().get(name) === job) job.start();
        });
    }
  });
  replace(starter as FullStarter, 'mountIntervals', (mount) => {
    mount();
    for (const [name, { target, timeout, ref }] of Object.entries(intervals)) {
      clearInterval(ref);
      const wait = (): void =>
        void clock.timer(timeout, () => {
          if (!registry.getIntervals().includes(name)) return;
          wait();
          target();
        });
      wait();
    }
  });
  replace(starter as FullStarter, 'mountTimeouts', (mount) => {
    mount();
    for (const [name, { target, timeout, ref }] of Object.entries(timeouts)) {
      clearTimeout(ref);
      clock.timer(timeout, () => {
        if (registry.getTimeouts().includes(name)) target();
      });
    }
  });
}

function replace(
  starter: FullStarter,
  method: 'mountCron' | 'mountIntervals' | 'mountTimeouts',
  mount: (original: () => void) => void,
): void {
  const original = starter[method].bind(starter);
  starter[method] = () => mount(original);
}

/** Makes the jobs without starting them: cron would set real timers, and refuses dates that lie in the real past. */
function mountStopped(cronJobs: FullStarter['cronJobs'], mount: () => void): void {
  const jobs = Object.values(cronJobs);
  const declared = jobs.map(({ options }) => options);
  for (const job of jobs) job.options = { ...job.options, disabled: true };
  mount();
  // The very objects: tasks are found by them.
  jobs.forEach((job, index) => (job.options = declared[index]!));
}

/** Gives a job the clock. It can be stopped, started and rescheduled as before. */
function clockJob(clock: LockClock, job: CronJob): void {
  const wasActive = isActive(job);
  const stop = job.stop.bind(job);
  let cancel = (): void => {};
  const plan = (nextAfter: (now: number) => number): void => {
    const now = clock.now();
    cancel = clock.timer(nextAfter(now) - now, () => {
      Reflect.set(job, 'lastExecution', new Date(clock.now()));
      if (job.cronTime.realDate) setActive(job, false);
      else plan(nextAfter);
      void job.fireOnTick();
    });
  };
  job.start = () => {
    if (isActive(job)) return;
    setActive(job, true);
    plan(instantsOf(job.cronTime));
  };
  job.stop = () => {
    cancel();
    return stop();
  };
  if (!wasActive) return;
  clearTimeout(Reflect.get(job, '_timeout') as NodeJS.Timeout | undefined);
  setActive(job, false);
  job.start();
}

/** The next instant of a job; none for a date that is over. */
function instantsOf(cronTime: CronTime): (now: number) => number {
  if (!cronTime.realDate) {
    const ticks = new CronTicks(cronTime);
    return (now) => ticks.nextAfter(now);
  }
  const date = cronTime.source.valueOf() as number;
  return (now) => (date > now ? date : Infinity);
}

/** cron 3 calls it `running`. */
function setActive(job: CronJob, isOn: boolean): void {
  Reflect.set(job, 'running' in job ? 'running' : '_isActive', isOn);
}

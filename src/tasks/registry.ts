import { cronSettings } from './settings/cron-settings.js';
import type { CronSettings } from './settings/cron-settings.js';
import type { ConfigValues } from './settings/placeholders.js';
import type { ModuleSettings } from './settings/module-settings.js';
import { readDuration, taskNames, taskSettings } from './settings/task-settings.js';
import { keyedPrefix } from '../store/lock-name.js';
import type { DurationInput } from '../common/duration.js';
import { messageOf } from '../common/error-text.js';
import { readScheduleMetadata } from './schedule/schedule-metadata.js';
import type { ScheduleMetadata } from './schedule/schedule-metadata.js';
import { scheduleOf } from './schedule/schedule.js';
import type { CronDecorator, Schedule } from './schedule/schedule.js';
import type { LockClock } from '../common/clock.js';
import type { LockLog } from '../common/log.js';
import type { DeclaredTask } from '../store/operator-store.js';
import { declaredTaskOf } from './declared-task.js';
import type { TaskPlace } from './declared-task.js';
import { RescheduledTasks } from './rescheduled-tasks.js';
import type { Scheduler } from './scheduler.js';
import type { Task } from './task.js';
import { isMarkedWith, memberOf } from './declaration.js';
import type { TaskLockDeclaration } from './declaration.js';
import { SCHEDULE_OPTION, TaskLockConfigurationError } from './errors.js';
import type { TaskLockProblem } from './errors.js';
import type { TaskLockDefinition } from './options.js';

type Problem = Omit<TaskLockProblem, 'where'>;

interface ReadSchedule extends Pick<Task, 'schedule' | 'cronMetadata' | 'cron'> {
  problem?: Problem;
}

interface ReadTask {
  task: Task;
  problems: TaskLockProblem[];
}

/** What options that were given at a call have come to, as long as the declared task of that name is the same. */
interface DescribedTask {
  given: TaskLockDefinition;
  declared?: Task;
  current?: Task;
  task: Task;
}

/** How many descriptions are kept: the names that are given at calls may be without number. */
const MOST_DESCRIBED = 1_000;

/** The tasks of one application. A task is read once, at start-up or at its first call, whichever comes first. */
export class TaskRegistry {
  private readonly tasks = new WeakMap<object, Map<TaskLockDeclaration, ReadTask>>();
  private readonly declared = new Map<string, Task>();
  private readonly lockNames = new Set<string>();
  private readonly places = new Map<string, TaskPlace>();
  private readonly keyed = new Set<Task>();
  private readonly schedules = new Map<string, Schedule>();
  /** By the name that is given, as it was given last. */
  private readonly described = new Map<string, DescribedTask>();
  private readonly rescheduled: RescheduledTasks;
  private explore = (): void => {};

  constructor(
    private readonly module: ModuleSettings,
    private readonly values: ConfigValues,
    scheduler: Pick<Scheduler, 'cronTimeOf'>,
    log: LockLog,
    clock: Pick<LockClock, 'now'>,
  ) {
    const settings = (task: Task, schedule: Schedule) => this.settings(task.definition, schedule);
    this.rescheduled = new RescheduledTasks(scheduler, settings, log, clock);
  }

  /**
   * The task of a decorated method, as it is scheduled now.
   *
   * @throws TaskLockConfigurationError with everything that is wrong with the task
   */
  taskOf(instance: object, declaration: TaskLockDeclaration): Task {
    const { task, problems } = this.read(instance, declaration);
    if (problems.length > 0) throw new TaskLockConfigurationError(problems);
    return this.rescheduled.current(task);
  }

  /** Like taskOf(), but returns the problems and does not throw them. */
  read(instance: object, declaration: TaskLockDeclaration): ReadTask {
    const type = instance.constructor;
    let known = this.tasks.get(type);
    if (!known) this.tasks.set(type, (known = new Map<TaskLockDeclaration, ReadTask>()));
    let read = known.get(declaration);
    if (!read) known.set(declaration, (read = this.readTask(instance, declaration)));
    return read;
  }

  /** Makes a task known by its name, for `TaskLockService` and for operators. */
  add(task: Task, place: TaskPlace): void {
    this.declared.set(task.declaredName, task);
    this.lockNames.add(task.name);
    this.places.set(task.name, place);
    if (task.key) this.keyed.add(task);
    this.described.clear();
  }

  /** Called before all tasks are named: it makes those of modules known that were loaded since. */
  exploreBy(explore: () => void): void {
    this.explore = explore;
  }

  /** All tasks as they are scheduled now, for their declaration. */
  declaredTasks(): DeclaredTask[] {
    this.explore();
    return [...this.declared.values()].flatMap((task) => {
      const place = this.places.get(task.name);
      return place ? [declaredTaskOf(this.current(task), place, this.module)] : [];
    });
  }

  /** Whether this application can run requests of the task. */
  isCallable(name: string): boolean {
    return this.places.get(name)?.isFired === true;
  }

  /** The instance on which the task is declared. */
  instanceOf(name: string): object | undefined {
    return this.places.get(name)?.instance;
  }

  /** The class and the method that have this lock, if any. */
  memberOf(name: string): string | undefined {
    return this.places.get(name)?.member;
  }

  /**
   * A length of time that may hold placeholders, in milliseconds.
   *
   * @throws Error that says what is wrong
   */
  durationOf(given: DurationInput): number {
    return readDuration(given, this.values);
  }

  /** A declared task, as it is scheduled now. */
  current(task: Task): Task {
    return this.rescheduled.current(task);
  }

  /** The task that the code gives this name, as it is scheduled now. */
  get(declaredName: string): Task | undefined {
    const task = this.declared.get(declaredName);
    return task && this.current(task);
  }

  /** Whether a task has this lock. */
  hasLock(name: string): boolean {
    return this.lockNames.has(name);
  }

  /** The task to whose keys this lock name belongs, if any. */
  ownerOf(lockName: string): Task | undefined {
    for (const task of this.keyed) if (lockName.startsWith(keyedPrefix(task.name))) return task;
    return undefined;
  }

  /**
   * The task of options that are given at a call. Options that are not given come from the declared task of that name.
   * Calls that give the same options are the same task: reading them takes longer than all else of a call.
   *
   * @throws TaskLockConfigurationError with everything that is wrong with the options
   */
  describe(given: TaskLockDefinition, where: string): Task {
    const known = this.described.get(given.name);
    if (known && hasSameOptions(known.given, given) && known.current === this.currentOf(known.declared))
      return known.task;
    const declared = this.declaredAs(given.name);
    const current = this.currentOf(declared);
    const task = this.readDescribed(given, declared, current, where);
    if (this.described.size >= MOST_DESCRIBED) this.described.clear();
    // A copy: the application may change its object, and call with it again.
    if (!hasPlaceholder(given))
      this.described.set(given.name, { given: { ...given }, declared, current, task });
    return task;
  }

  private currentOf(declared: Task | undefined): Task | undefined {
    return declared && this.current(declared);
  }

  private readDescribed(
    given: TaskLockDefinition,
    declared: Task | undefined,
    known: Task | undefined,
    where: string,
  ): Task {
    const definition = { ...known?.definition, ...withoutUndefined(given) };
    // A declared waitTimeout would be refused for a call that does not wait.
    if (given.overlap !== undefined && given.overlap !== 'wait' && given.waitTimeout === undefined)
      delete definition.waitTimeout;
    // Only calls of the method are debounced: work that is given at the call runs at once.
    delete definition.debounce;
    const read = this.settings(definition, known?.schedule);
    // Where options do not fit a changed schedule, the holds stay those of the declared one.
    const isChanged = read.problems.length > 0 && known !== declared;
    const { settings, problems } = isChanged ? this.settings(definition, declared?.schedule) : read;
    if (problems.length > 0)
      throw new TaskLockConfigurationError(problems.map((problem) => ({ where, ...problem })));
    return { definition, schedule: known?.schedule, ...settings };
  }

  /** The declared task of a name, which may hold placeholders; none if the name is wrong. */
  private declaredAs(name: string): Task | undefined {
    try {
      return this.declared.get(taskNames(name, this.values, this.module).declaredName);
    } catch {
      return undefined;
    }
  }

  private readTask(instance: object, declaration: TaskLockDeclaration): ReadTask {
    const { key, definition } = declaration;
    // From the instance and not from the proxy: a decorator above @TaskLock may carry the schedule.
    const { problem, ...scheduled } = this.readSchedule(Reflect.get(instance, key), declaration);
    const { schedule } = scheduled;
    const { settings, problems: ofSettings } = this.settings(definition, schedule);
    const problems: Problem[] = problem ? [problem, ...ofSettings] : [...ofSettings];
    if (settings.recover && !schedule?.hasTicks) {
      const message = 'needs a schedule of @Cron or @Interval: a call has no tick that could run again';
      problems.push({ option: 'recover', message });
    }
    const where = memberOf(instance, key);
    return {
      task: { definition, ...scheduled, ...settings },
      problems: problems.map((each) => ({ where, ...each })),
    };
  }

  /** The schedule that @TaskCron or @nestjs/schedule gives a method, or what is wrong with it. */
  private readSchedule(method: unknown, declaration: TaskLockDeclaration): ReadSchedule {
    const given = isMarkedWith(method, declaration) ? declaration.cron : undefined;
    let cron: CronSettings | undefined;
    try {
      const metadata = readScheduleMetadata(method);
      if (given && metadata)
        throw new Error('@TaskCron already gives it one: remove @Cron, @Interval or @Timeout');
      if (!given) {
        const cronMetadata = metadata?.kind === 'cron' ? metadata.cron : undefined;
        return { cronMetadata, schedule: metadata && this.scheduleOf(metadata, '@Cron') };
      }
      cron = cronSettings(given, this.values);
      return { cron, schedule: this.scheduleOf({ kind: 'cron', cron }, '@TaskCron') };
    } catch (error) {
      const resolved =
        cron && given && cron.cronTime !== given.expression
          ? `; this is what '${given.expression}' resolved to`
          : '';
      return { cron, problem: { option: SCHEDULE_OPTION, message: messageOf(error) + resolved } };
    }
  }

  /** Tasks with the same schedule share it, because a parsed cron expression is most of a task's memory. */
  private scheduleOf(metadata: ScheduleMetadata, decorator: CronDecorator): Schedule {
    if (metadata.kind !== 'cron' || typeof metadata.cron.cronTime !== 'string') return scheduleOf(metadata);
    const { cronTime, timeZone, utcOffset, disabled } = metadata.cron;
    const key = JSON.stringify([decorator, cronTime, timeZone, utcOffset, disabled]);
    let schedule = this.schedules.get(key);
    if (!schedule) this.schedules.set(key, (schedule = scheduleOf(metadata, decorator)));
    return schedule;
  }

  private settings(definition: TaskLockDefinition, schedule?: Schedule) {
    return taskSettings({ definition, schedule }, this.module, this.values);
  }
}

/** Functions that are written at the call are new each time, and so is the task. */
function hasSameOptions(one: TaskLockDefinition, other: TaskLockDefinition): boolean {
  return isWithin(one, other) && isWithin(other, one);
}

function isWithin(one: TaskLockDefinition, other: TaskLockDefinition): boolean {
  return Object.keys(one).every((option) => Object.is(Reflect.get(one, option), Reflect.get(other, option)));
}

/** The environment may have another value at the next call. */
function hasPlaceholder(given: TaskLockDefinition): boolean {
  return Object.values(given).some((value) => typeof value === 'string' && value.includes('${'));
}

function withoutUndefined<T extends object>(given: T): T {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;
}

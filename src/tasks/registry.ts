import { cronSettings } from './settings/cron-settings.js';
import type { CronSettings } from './settings/cron-settings.js';
import type { ConfigValues } from './settings/config-values.js';
import type { ModuleSettings } from './settings/module-settings.js';
import { taskName, taskSettings } from './settings/task-settings.js';
import type { TaskSettings } from './settings/task-settings.js';
import { keyedPrefix } from '../store/lock-name.js';
import { messageOf } from '../common/error-text.js';
import { readScheduleMetadata } from './schedule/schedule-metadata.js';
import type { ScheduleMetadata } from './schedule/schedule-metadata.js';
import { scheduleOf } from './schedule/schedule.js';
import type { CronDecorator, Schedule } from './schedule/schedule.js';
import { isMarkedWith, memberOf } from './declaration.js';
import type { TaskLockDeclaration } from './declaration.js';
import { SCHEDULE_OPTION, TaskLockConfigurationError } from './errors.js';
import type { TaskLockProblem } from './errors.js';
import type { TaskLockDefinition } from './options.js';

/** A decorated method, with its placeholders resolved and its schedule read. */
export interface Task extends TaskSettings {
  definition: TaskLockDefinition;
  schedule?: Schedule;
  /** What @TaskCron fires it by, with its placeholders resolved. */
  cron?: CronSettings;
}

interface ReadTask {
  task: Task;
  problems: TaskLockProblem[];
}

/** The tasks of one application. A task is read once, at start-up or at its first call, whichever comes first. */
export class TaskRegistry {
  private readonly tasks = new WeakMap<object, Map<TaskLockDeclaration, ReadTask>>();
  private readonly declared = new Map<string, Task>();
  private readonly callable = new Set<string>();
  private readonly keyed = new Set<Task>();
  private readonly schedules = new Map<string, Schedule>();

  constructor(
    private readonly module: ModuleSettings,
    private readonly values: ConfigValues,
  ) {}

  /**
   * The task of a decorated method.
   *
   * @throws TaskLockConfigurationError with everything that is wrong with it
   */
  taskOf(instance: object, declaration: TaskLockDeclaration): Task {
    const { task, problems } = this.read(instance, declaration);
    if (problems.length > 0) throw new TaskLockConfigurationError(problems);
    return task;
  }

  /** The same, with its problems in place of an error. */
  read(instance: object, declaration: TaskLockDeclaration): ReadTask {
    const type = instance.constructor;
    let ofType = this.tasks.get(type);
    if (!ofType) this.tasks.set(type, (ofType = new Map<TaskLockDeclaration, ReadTask>()));
    let read = ofType.get(declaration);
    if (!read) ofType.set(declaration, (read = this.readAnew(instance, declaration)));
    return read;
  }

  /** Makes a task known by its name, for `TaskLockService`; `isCallable`: there is an instance to call it on later. */
  add(task: Task, isCallable: boolean): void {
    this.declared.set(task.name, task);
    if (isCallable) this.callable.add(task.name);
    if (task.key) this.keyed.add(task);
  }

  /** Whether a request of the task can be run in this application. */
  isCallable(name: string): boolean {
    return this.callable.has(name);
  }

  get(name: string): Task | undefined {
    return this.declared.get(name);
  }

  /** The task with a lock for each key, one of whose locks has this name. */
  ownerOf(lockName: string): Task | undefined {
    return [...this.keyed].find(({ name }) => lockName.startsWith(keyedPrefix(name)));
  }

  /**
   * A task that is described at the call; what is not given comes from the declared one.
   *
   * @throws TaskLockConfigurationError
   */
  describe(given: TaskLockDefinition, where: string): Task {
    const known = this.declaredAs(given.name);
    const definition = { ...known?.definition, ...withoutUndefined(given) };
    // What it was declared to wait for is of no use to a call that does not wait.
    if (given.overlap !== undefined && given.overlap !== 'wait' && given.waitTimeout === undefined)
      delete definition.waitTimeout;
    // What a call becomes is for calls of the method: the work that is given here runs at once.
    delete definition.debounce;
    const { settings, problems } = this.settings(definition, known?.schedule);
    if (problems.length > 0)
      throw new TaskLockConfigurationError(problems.map((problem) => ({ where, ...problem })));
    return { definition, schedule: known?.schedule, ...settings };
  }

  /** The declared task that a name with placeholders means; a name that is wrong means none. */
  private declaredAs(name: string): Task | undefined {
    try {
      return this.declared.get(taskName(name, this.values));
    } catch {
      return undefined;
    }
  }

  private readAnew(instance: object, declaration: TaskLockDeclaration): ReadTask {
    const { key, definition } = declaration;
    const method: unknown = Reflect.get(instance, key);
    const given = isMarkedWith(method, declaration) ? declaration.cron : undefined;
    const where = memberOf(instance, key);
    const problems: TaskLockProblem[] = [];
    let schedule: Schedule | undefined;
    let cron: CronSettings | undefined;
    try {
      // From the instance and not from the proxy: what stands above @TaskLock may carry the schedule.
      const metadata = readScheduleMetadata(method);
      if (given && metadata)
        throw new Error('@TaskCron gives it one already: take @Cron, @Interval or @Timeout away');
      cron = given && cronSettings(given, this.values);
      const read = cron ? ({ kind: 'cron', cron } as const) : metadata;
      schedule = read && this.scheduleOf(read, cron ? '@TaskCron' : '@Cron');
    } catch (error) {
      problems.push({
        where,
        option: SCHEDULE_OPTION,
        message:
          cron && given && cron.cronTime !== given.expression
            ? `${messageOf(error)}; this is what '${given.expression}' resolved to`
            : messageOf(error),
      });
    }
    const { settings, problems: ofSettings } = this.settings(definition, schedule);
    problems.push(...ofSettings.map((problem) => ({ where, ...problem })));
    if (settings.recover && !schedule?.hasTicks) {
      const message = 'needs a schedule of @Cron or @Interval: a call has no tick that could run again';
      problems.push({ where, option: 'recover', message });
    }
    return { task: { definition, schedule, cron, ...settings }, problems };
  }

  /**
   * Tasks with the same schedule share it: what is read of a cron expression is most of what a task keeps in memory.
   */
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

function withoutUndefined<T extends object>(given: T): T {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;
}

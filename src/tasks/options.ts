import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import type { DurationInput } from '../common/duration.js';
import type { LockStore } from '../store/lock-store.js';

/**
 * The options of one task. Durations may hold placeholders: `${path.to.key:default}`.
 *
 * @example
 * @TaskLock('nightly-report', '1d', { minHold: '20h', maxHold: '2d' })
 */
export interface TaskLockOptions<Args extends unknown[] = never[], Self = never> {
  /**
   * No new run starts sooner than this after the tick of the last run, even if the method was quick. Without a
   * schedule, it counts from the start of the last run. Must be below the interval.
   *
   * Default: 0.9 × interval, or interval − half the schedule's gap if that is more. A task with neither schedule nor
   * interval has no minimum hold.
   *
   * An `@Interval` keeps at least 0.9 of its interval in any case. Direct calls of a scheduled method ignore the
   * minimum hold.
   */
  minHold?: DurationInput;
  /**
   * No run keeps the lock longer than this. When it is over, `currentTaskRun().signal` aborts.
   *
   * Default: 5 × interval, or 1 h for a task with neither schedule nor interval.
   */
  maxHold?: DurationInput;
  /**
   * Whether this replica may run the task. It is asked before each claim, by ticks, calls, requests, recoveries and
   * catch-ups alike. If it is false, nothing is sent to the database, and another replica gets the run. A call is skipped
   * with the reason `condition`; with `overlap: 'wait'` or `'throw'` it throws a `TaskLockUnavailableError` of that reason.
   *
   * `this` is the instance: annotate it, and the compiler checks that it is the class of the method. A condition that
   * throws, or has not settled within `claimTimeout`, is logged as an error, and the method does not run.
   *
   * @example
   * @Cron(CronExpression.EVERY_HOUR)
   * @TaskLock('clean-up', undefined, { when: () => process.env.RUN_JOBS === 'true' })
   * async cleanUp() {}
   *
   * @example
   * @TaskLock('reports', undefined, { when(this: Reports) { return this.region.isPrimary(); } })
   * async write() {}
   */
  when?: WhenFunction<Self>;
  /**
   * If `true`, a tick whose replica dies in the middle runs again on another replica when the lease is over. The run
   * finds `currentTaskRun().recovering` set. A tick is recovered once, so one that kills its process cannot kill every
   * replica in turn.
   *
   * Needs `@Cron`, `@TaskCron` or `@Interval`. Default: `false`, the tick is lost and the next one runs.
   */
  recover?: boolean;
  /**
   * Gives each key a lock of its own. Calls with different keys run side by side; calls with the same key exclude each
   * other. Default: one lock for all calls.
   *
   * The function gets the arguments of the call and runs on the replica that is called. It returns a non-empty string
   * or a finite number, of any length; `5` and `'5'` are the same key. Annotate its parameters: the compiler checks
   * them against those of the method. A scheduled method cannot have a key, because a schedule calls without arguments.
   *
   * @example
   * @TaskLock('course-export', undefined, { key: (courseId: number) => courseId })
   * async export(courseId: number) {}
   */
  key?: (...args: Args) => string | number;
  /**
   * What a call does if the lock is held, by a run in progress or by the minimum hold. Default: `skip`.
   *
   * - `skip`: the call resolves to `undefined` at once.
   * - `wait`: the call runs once the lock is free. If it is not free within `waitTimeout`, the call throws a
   *   `TaskLockTimeoutError`.
   * - `throw`: the call throws a `TaskLockHeldError` with `heldBy` and `heldUntil`.
   * - `bufferOne`: the call resolves to `undefined`, and the task runs once more when the lock is free, on any replica,
   *   with the arguments of the last such call. The arguments must be JSON.
   *
   * All but `skip` throw a `TaskLockUnavailableError` if the database gives no answer; `wait` and `throw` also if `when`
   * is false. Ticks of a schedule are always skipped, because all replicas but one have nothing to wait for.
   */
  overlap?: Overlap;
  /**
   * How long a call waits for the lock. Required with `overlap: 'wait'`, and only allowed there. It has no default,
   * because calls that wait without a bound would pile up.
   */
  waitTimeout?: DurationInput;
  /**
   * What becomes of a tick that no replica ran, for example because of a deployment or an outage.
   *
   * - `skip` (the default): the task goes on with its next tick.
   * - `once`: when a replica is there again, the newest missed tick runs, once, with its own `scheduledTime`. Older
   *   ones are dropped, and logged.
   *
   * A new task that starts for the first time has missed nothing. `once` needs a cron expression.
   */
  missed?: 'skip' | 'once';
  /**
   * The greatest age of a tick that `missed: 'once'` still runs. An older one is dropped, and logged. Default: no
   * limit.
   *
   * @example
   * @Cron('0 3 * * *')
   * @TaskLock('nightly-report', undefined, { missed: 'once', catchupWindow: '6h' }) // not during the day
   */
  catchupWindow?: DurationInput;
  /**
   * Calls become requests, which run together after a delay: one run for each key, across all replicas, with the
   * arguments of the last call. Each call resolves to `undefined` at once. The arguments must be JSON.
   *
   * Ticks of a schedule still run when they are due. Cannot be combined with `overlap`. A call throws a
   * `TaskLockUnavailableError` if its request cannot be stored.
   *
   * @example
   * @TaskLock('course-export', undefined, { key: (courseId: number) => courseId, debounce: { delay: '5s' } })
   * async export(courseId: number) {}
   */
  debounce?: Debounce;
  /**
   * How often a request is tried before it is parked, from 1 to 1,000. Default: 5. Retries come after 1 s, 4 s,
   * 16 s and so on, up to an hour.
   *
   * If you set it, every replica polls for requests of the task, each `pollingInterval` of the module. `debounce` and
   * `overlap: 'bufferOne'` have the same effect.
   */
  attempts?: number;
}

/** Whether a replica may run a task: see {@link TaskLockOptions.when}. */
export type WhenFunction<Self = never> = (this: Self) => boolean | Promise<boolean>;

/** What a call does if the lock is held: see {@link TaskLockOptions.overlap}. */
export type Overlap = 'skip' | 'wait' | 'throw' | 'bufferOne';

/** How the calls of a task are debounced. Durations may hold placeholders. */
export interface Debounce {
  /** More than 0, up to 30 days. */
  delay: DurationInput;
  /**
   * The run is due no later than this after the first call, however many calls follow. Longer than `delay`, up to 30
   * days; only for `mode: 'trailing'`. Default: ten times the delay, but at most 30 days.
   */
  maxDelay?: DurationInput;
  /**
   * - `trailing` (the default): the task runs `delay` after the last call.
   * - `leading`: the first call runs at once. Calls within `delay` after the start of that run become one run when
   *   this time is over, so the last call is never lost.
   */
  mode?: 'trailing' | 'leading';
}

/** The object form of `@TaskLock`. */
export interface TaskLockDefinition<Args extends unknown[] = never[], Self = never> extends TaskLockOptions<
  Args,
  Self
> {
  /** The lock's name: no two tasks may share one. At most 2,000 bytes in UTF-8. May hold placeholders. */
  name: string;
  /** How often the task should run. Default: the shortest gap between two ticks of its schedule, if it has one. */
  interval?: DurationInput;
}

/** When a method with `@TaskCron` is due. Every string may hold placeholders. */
export interface TaskCronSchedule {
  /** A cron expression of five fields, or of six with the seconds first. */
  expression: string;
  /** An IANA zone, like `Europe/Paris`. Default: the zone of the machine, which all replicas must share. */
  timeZone?: string;
  /** An offset from UTC in whole minutes, positive to the east. Cannot be combined with `timeZone`. */
  utcOffset?: number;
}

/** Options of `@TaskCron`: those of `@TaskLock` without `key`, and the zone of the schedule. */
export type TaskCronOptions<Self = never> = Omit<TaskLockOptions<never[], Self>, 'key'> &
  Pick<TaskLockDefinition, 'interval'> &
  Omit<TaskCronSchedule, 'expression'>;

/**
 * What `TaskLockService.run` takes in place of a name. If a method declares a task of that name, options that are not
 * given come from there. `overlap` cannot be `bufferOne`, and `recover` needs a `scheduledTime`.
 *
 * @example
 * await this.taskLock.run({ name: 'course-import', key: courseId, maxHold: '10m' }, (run) => this.write(run.signal));
 */
export interface TaskLockRunOptions extends Omit<
  TaskLockDefinition,
  'key' | 'when' | 'missed' | 'catchupWindow' | 'debounce' | 'attempts'
> {
  /** Whether this replica may run it; asked before the claim. Default: the `when` of the declared task, if it has one. */
  when?: () => boolean | Promise<boolean>;
  /** Takes the lock of this key. Required if the declared task has a lock for each key. */
  key?: string | number;
  /**
   * The tick that this run is for, the same on every replica. The tick then runs once, whatever the clocks say.
   *
   * Default: none. Then only a run in progress stops this one, or the minimum hold of a task without a schedule.
   */
  scheduledTime?: Date;
}

/**
 * Options of `TaskLockService.acquire`. If a method declares a task of that name, what is not given comes from there.
 *
 * @example
 * const lock = await this.taskLock.acquire('course-import', { key: courseId, maxHold: '10m', wait: '5s' });
 */
export interface TaskLockAcquireOptions extends Pick<TaskLockDefinition, 'maxHold'> {
  /** Takes the lock of this key. Required if the declared task has a lock for each key. */
  key?: string | number;
  /**
   * How long to wait for a lock that is held: milliseconds, or a text with a unit, more than 0. If it is not free by then,
   * the call throws a `TaskLockTimeoutError`. Default: not at all, and the answer is `undefined`.
   */
  wait?: DurationInput;
}

/** Options of `TaskLockService.request`. */
export interface TaskRequestOptions<Args extends unknown[] = unknown[]> {
  /**
   * The arguments of the method; they must be JSON. Requests that run together run with the newest arguments. Default:
   * none.
   */
  args?: Args;
  /**
   * The key that you expect. It does not choose the key: the task's `key` function computes that from `args`. If the
   * two differ, or if the task has no `key` function, the request is refused. Default: no check.
   */
  key?: string | number;
  /** How far ahead the run is due, up to 30 days. Not for a task with `debounce`. Default: at once. */
  delay?: DurationInput;
  /** Makes the request part of this TypeORM transaction: it is there after the commit, and gone after a rollback. */
  manager?: EntityManager;
}

/** Options of `TaskLockModule.forRoot`. All have defaults. */
export interface TaskLockModuleOptions {
  /** The TypeORM data source that holds the lock table, or its name. Default: the application's default data source. */
  dataSource?: DataSource | string;
  /** The schema of the lock table. Default: the data source's own. */
  schema?: string;
  /** The name of the lock table, at most 51 bytes. Default: `task_lock`. */
  table?: string;
  /**
   * The name of this application, if others use the same lock table: the task `clean-up` then has the lock
   * `shop/clean-up`, which rows, logs and `currentTaskRun().name` show. Without it, two applications that both have a
   * task `clean-up` share its lock, so that each tick runs in one of them. At most 100 bytes, without `/` and `@`.
   * Default: none.
   *
   * @example
   * TaskLockModule.forRoot({ application: 'shop' })
   */
  application?: string;
  /** The minimum hold as a part of the interval, from 0 to below 1. Default: 0.9. */
  minHoldFactor?: number;
  /** The maximum hold as a multiple of the interval, more than 0 and at least `minHoldFactor`. Default: 5. */
  maxHoldFactor?: number;
  /**
   * How far ahead a run holds its lock. The run renews it after a third of it. After a crash, the other replicas wait
   * until it ends. For each task it is shortened to `maxHold`, or to `minHold` (at least 5 s), if that is smaller.
   * Default: `60s`.
   */
  lease?: DurationInput;
  /** How long a claim may take before it is skipped as `unavailable`. Default: `5s`. */
  claimTimeout?: DurationInput;
  /**
   * How long a shutdown waits for running tasks before it aborts them. What stops the process must give it five seconds
   * more. Default: `25s`, under Kubernetes' 30.
   */
  shutdownTimeout?: DurationInput;
  /**
   * How often each replica polls for requests, at least `100ms`. Polling finds requests that a dead replica left
   * behind. It happens only if tasks are requested. Default: `5s`.
   */
  pollingInterval?: DurationInput;
  /** What the other replicas see as the holder. Default: `hostname:pid:random`, behind `application@` if there is one. */
  replicaId?: string;
  /**
   * Set this to `false` for a pooler that forbids prepared statements: statements are then planned each time and leave
   * nothing behind in the database's session. A pooler that merely loses them is detected without this option.
   *
   * Default: `true`, each connection plans a statement once. In either case, TypeORM's query log shows no claims,
   * renewals or releases.
   */
  preparedStatements?: boolean;
  /**
   * Set this to `false` to record no runs and to declare no tasks: nobody sees then what ran, and no tick is known to be
   * missed or overdue. Pauses, triggers, cancels and releases work all the same. Default: `true`.
   */
  history?: boolean;
  /**
   * What the database may keep of an error, in the row of the lock and in the history. It gets the error as text and the name of the task, and returns the text to
   * keep, of which 2,000 characters are stored. If it throws, nothing of the error is kept. Default: the text as it is.
   *
   * @example
   * TaskLockModule.forRoot({ redactError: (error) => error.replace(/\S+@\S+/g, '(address)') })
   */
  redactError?: (error: string, task: string) => string;
  /**
   * How often each replica looks for runs that somebody has triggered from outside, as by the command line: at least
   * `1s`, or `false` for never. Default: `15s`.
   */
  operatorPolling?: DurationInput | false;
  /**
   * How long after it was due a task counts as overdue, if its interval is shorter than that. A task with a longer
   * interval has that interval. Default: `1m`.
   */
  overdueAfter?: DurationInput;
  /** If `false`, tasks run unlocked and requests run at once: for local work without a database. Default: `true`. */
  enabled?: boolean;
  /**
   * A store of your own in place of Postgres. It should pass `conformanceScenarios` from `nestjs-task-lock/testing`.
   */
  store?: LockStore;
}

/** Options of `TaskLockModule.forRootAsync`. */
export type TaskLockModuleAsyncOptions = Pick<ModuleMetadata, 'imports'> &
  Pick<FactoryProvider<TaskLockModuleOptions>, 'inject' | 'useFactory'>;

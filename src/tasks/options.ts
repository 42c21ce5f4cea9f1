import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import type { DurationInput } from '../common/duration.js';
import type { LockStore } from '../store/lock-store.js';

/**
 * What a single task may set for itself. Durations may hold placeholders: `${path.to.key:default}`.
 *
 * @example
 * @TaskLock('nightly-report', '1d', { minHold: '20h', maxHold: '2d' })
 */
export interface TaskLockOptions<Args extends unknown[] = never[]> {
  /**
   * No new run sooner than this after the last one's tick (without a schedule: after its start), even when the method was
   * quick. Must be below the interval. Ticks of `@Interval` keep 0.9 of it in any case, and direct calls of a scheduled
   * method do not heed it. Default: 0.9 × interval, or interval − half the schedule's gap where that is more; none for a
   * task with neither schedule nor interval.
   */
  minHold?: DurationInput;
  /**
   * No run keeps the lock longer than this; `currentTaskRun().signal` aborts when it is over.
   * Default: 5 × interval; 1 h for a task with neither schedule nor interval.
   */
  maxHold?: DurationInput;
  /**
   * True: where a replica dies in the middle of a run, the same tick runs again on another one when its lease is over;
   * `currentTaskRun().recovering` says so. Once a tick: one that kills its process must not take every replica in turn.
   * Needs `@Cron`, `@TaskCron` or `@Interval`. Default: false, the tick is lost and the next one runs.
   */
  recover?: boolean;
  /**
   * A lock for each key: calls with different keys run side by side, calls with one key exclude each other. Computed from
   * the arguments of the call, on the replica that is called. A text that is not empty, or a finite number (`5` and `'5'`
   * are one key), of any length. For methods that are called: a schedule calls without arguments. The compiler checks its
   * parameters, which have to be annotated, against those of the method. Default: one lock for all calls.
   *
   * @example
   * @TaskLock('course-export', undefined, { key: (courseId: number) => courseId })
   * async export(courseId: number) {}
   */
  key?: (...args: Args) => string | number;
  /**
   * What a call does that finds the lock held, by a run in progress or by the minimum hold:
   *
   * - `skip` resolves to `undefined`, at once;
   * - `wait` asks again until it runs, or until `waitTimeout` is over: then a `TaskLockTimeoutError`;
   * - `throw` throws a `TaskLockHeldError` with the holder and until when;
   * - `bufferOne` resolves to `undefined`, and the task runs once more as soon as the run in progress ends, on whichever
   *   replica, with the arguments of the last of these calls. They must be JSON.
   *
   * All but `skip` throw a `TaskLockUnavailableError` where the database gave no answer. Ticks of a schedule are
   * always skipped: on all replicas but one there is nothing to wait for. Default: `skip`.
   */
  overlap?: Overlap;
  /** How long `overlap: 'wait'` waits at most; only for that. It has no default: a wait without a bound would pile up calls. */
  waitTimeout?: DurationInput;
  /**
   * What becomes of a tick that no replica ran, because of a deployment or an outage: `once` runs the newest one when a
   * replica is there again, with its own `scheduledTime`, by the same claim, so that it cannot run twice; older ones are
   * dropped, and logged. The first start of a new task has missed nothing. Needs a `@Cron` expression. Default: `skip`,
   * the task goes on with its next tick.
   */
  missed?: 'skip' | 'once';
  /**
   * How old a tick may be that `missed: 'once'` still runs; an older one is dropped, and logged. Default: as old as the
   * newest one is.
   *
   * @example
   * @Cron('0 3 * * *')
   * @TaskLock('nightly-report', undefined, { missed: 'once', catchupWindow: '6h' }) // not during the day
   */
  catchupWindow?: DurationInput;
  /**
   * Calls become requests that run once together, for each key and across all replicas; they resolve to `undefined`.
   * Their arguments must be JSON, and those of the last one are taken. Ticks of a schedule run as they are due. Not
   * together with `overlap`. A call that cannot be written down throws a `TaskLockUnavailableError`.
   *
   * @example
   * @TaskLock('course-export', undefined, { key: (courseId: number) => courseId, debounce: { delay: '5s' } })
   * async export(courseId: number) {}
   */
  debounce?: Debounce;
  /**
   * How often a request is tried before it is parked: after 1 s, and then four times as long each time, at most an hour.
   * Given, or with `debounce` or `overlap: 'bufferOne'`, it also says that the task is requested: every replica looks for
   * its requests then, each `pollingInterval` of the module. From 1 to 1,000. Default: 5.
   */
  attempts?: number;
}

/** What a call does that finds the lock held. */
export type Overlap = 'skip' | 'wait' | 'throw' | 'bufferOne';

/** How calls of a task are collapsed. Durations may hold placeholders. */
export interface Debounce {
  /** Up to 30 days. */
  delay: DurationInput;
  /** `trailing` runs no later than this after the first call; longer than `delay`, up to 30 days. Default: ten times the delay. */
  maxDelay?: DurationInput;
  /**
   * `trailing` runs `delay` after the last call. `leading` runs the first one at once, and what is called until `delay`
   * after that run has begun is one run when it is over: the last call is never lost. Default: `trailing`.
   */
  mode?: 'trailing' | 'leading';
}

/** The object form of `@TaskLock`. */
export interface TaskLockDefinition<Args extends unknown[] = never[]> extends TaskLockOptions<Args> {
  /** The lock's name: one row, one task. At most 2,000 bytes in UTF-8. May hold placeholders. */
  name: string;
  /** How often the task should run. Default: read off `@Cron` or `@Interval` (the shortest gap between two ticks). */
  interval?: DurationInput;
}

/** When a method with `@TaskCron` is due. Every string may hold placeholders. */
export interface TaskCronSchedule {
  /** Five fields, or six with the seconds first. */
  expression: string;
  /** An IANA zone, like `Europe/Paris`. Default: the zone of the machine, which all replicas must share. */
  timeZone?: string;
  /** Whole minutes east of UTC, in place of a zone. */
  utcOffset?: number;
}

/** Options of `@TaskCron`: those of `@TaskLock`, and the zone of the schedule. */
export type TaskCronOptions = Omit<TaskLockOptions, 'key'> &
  Pick<TaskLockDefinition, 'interval'> &
  Omit<TaskCronSchedule, 'expression'>;

/**
 * What `TaskLockService.run` takes in place of a name. Options that are not given come from the declared task. `overlap`
 * cannot be `bufferOne`, and `recover` needs a `scheduledTime`.
 */
export interface TaskLockRunOptions extends Omit<
  TaskLockDefinition,
  'key' | 'missed' | 'catchupWindow' | 'debounce' | 'attempts'
> {
  /** The key whose lock this is: needed for a declared task that has one lock for each key. */
  key?: string | number;
  /**
   * The tick that this run is for, the same on every replica: it then runs once, whatever the clocks say.
   * Default: none; the run is stopped only by another one, or by the minimum hold of a task without a schedule.
   */
  scheduledTime?: Date;
}

/** Options of `TaskLockService.request`. */
export interface TaskRequestOptions<Args extends unknown[] = unknown[]> {
  /** What the method is called with; must be JSON. Of several requests that run together the newest are taken. Default: none. */
  args?: Args;
  /**
   * A check, and no choice: the key is computed from `args` by the task's `key` function. A request with another one is
   * refused, and so is one with any for a task without that function. Default: none, nothing is compared.
   */
  key?: string | number;
  /** The run is due so long from now, up to 30 days; not for a task with `debounce`. Default: at once. */
  delay?: DurationInput;
  /** The request becomes part of this TypeORM transaction: there with its commit, gone with its rollback. */
  manager?: EntityManager;
}

/** Options of `TaskLockModule.forRoot`. All have defaults. */
export interface TaskLockModuleOptions {
  /** The TypeORM data source that holds the lock table, or its name. Default: the application's default one. */
  dataSource?: DataSource | string;
  /** The schema of the lock table. Default: the data source's own. */
  schema?: string;
  /** The name of the lock table, at most 51 bytes. Default: `task_lock`. */
  table?: string;
  /** The minimum hold as a part of the interval, from 0 to below 1. Default: 0.9. */
  minHoldFactor?: number;
  /** The maximum hold as a multiple of the interval, not below `minHoldFactor`. Default: 5. */
  maxHoldFactor?: number;
  /**
   * How far ahead a running task holds its lock; it is renewed at a third of it, and after a crash it is what the
   * others wait for. A task whose minimum or maximum hold is shorter takes that in its place, but none below 5 s for its
   * minimum hold. Default: `60s`.
   */
  lease?: DurationInput;
  /** How long a claim may take before it is skipped as `unavailable`. Default: `5s`. */
  claimTimeout?: DurationInput;
  /** How long a shutdown waits for running tasks before it aborts them. Default: `25s`, under Kubernetes' 30. */
  shutdownTimeout?: DurationInput;
  /**
   * How often each replica looks for requests that nobody has run, because the replica that asked has died; at least
   * `100ms`. Only where tasks are requested. Default: `5s`.
   */
  pollingInterval?: DurationInput;
  /** What the other replicas see as the holder. Default: `hostname:pid:random`. */
  replicaId?: string;
  /**
   * False: statements are planned anew each time and leave nothing behind in the database's session, for a pooler that
   * forbids prepared statements. One that loses them is noticed without this. Default: true, the database plans a
   * statement once a connection. Claims, renewals and releases pass TypeORM's query log by in either case.
   */
  preparedStatements?: boolean;
  /** False: tasks run unlocked and requests at once, for local work without a database. Default: true. */
  enabled?: boolean;
  /** A store of one's own in place of Postgres. */
  store?: LockStore;
}

/** Options of `TaskLockModule.forRootAsync`. */
export type TaskLockModuleAsyncOptions = Pick<ModuleMetadata, 'imports'> &
  Pick<FactoryProvider<TaskLockModuleOptions>, 'inject' | 'useFactory'>;

import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { DurationInput } from './config/duration.js';
import type { LockStore } from './lock/lock-store.js';

/**
 * What a single task may set for itself. Every string may hold placeholders: `${path.to.key:default}`.
 *
 * @example
 * @TaskLock('nightly-report', '1d', { minHold: '20h', maxHold: '2d' })
 */
export interface TaskLockOptions {
  /**
   * No new run sooner than this after the last one's tick, even when the method was quick. Must be below the interval.
   * Default: 0.9 × interval, or interval − half the schedule's gap where the schedule ticks more often than the
   * interval; none for a task with neither schedule nor interval.
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
   * Needs a schedule. Default: false, the tick is lost and the next one runs.
   */
  recover?: boolean;
}

/** The object form of `@TaskLock`. */
export interface TaskLockDefinition extends TaskLockOptions {
  /** The lock's name: one row, one task. At most 2,000 bytes in UTF-8. May hold placeholders. */
  name: string;
  /** How often the task should run. Default: read off `@Cron` or `@Interval` (the shortest gap between two ticks). */
  interval?: DurationInput;
}

/** What `TaskLockService.run` takes in place of a name. Options that are not given come from the declared task. */
export interface TaskLockRunOptions extends TaskLockDefinition {
  /**
   * The tick that this run is for, the same on every replica: it then runs once, whatever the clocks say.
   * Default: none; the run is stopped only by another one, or by the minimum hold of a task without a schedule.
   */
  scheduledTime?: Date;
}

/** Options of `TaskLockModule.forRoot`. All have defaults. */
export interface TaskLockModuleOptions {
  /** The TypeORM data source that holds the lock table, or its name. Default: the application's default one. */
  dataSource?: DataSource | string;
  /** The schema of the lock table. Default: the data source's own. */
  schema?: string;
  /** The name of the lock table. Default: `task_lock`. */
  table?: string;
  /** The minimum hold as a part of the interval, from 0 to below 1. Default: 0.9. */
  minHoldFactor?: number;
  /** The maximum hold as a multiple of the interval. Default: 5. */
  maxHoldFactor?: number;
  /**
   * How far ahead a running task holds its lock; it is renewed at a third of it, and after a crash it is what the
   * others wait for. Default: `60s`, or the minimum hold if that is shorter (at least 5 s), or the maximum hold if that
   * is.
   */
  lease?: DurationInput;
  /** How long a claim may take before it is skipped as `unavailable`. Default: `5s`. */
  claimTimeout?: DurationInput;
  /** How long a shutdown waits for running tasks before it aborts them. Default: `25s`, under Kubernetes' 30. */
  shutdownTimeout?: DurationInput;
  /** What the other replicas see as the holder. Default: `hostname:pid:random`. */
  replicaId?: string;
  /**
   * False: statements are planned anew each time and leave nothing behind in the database's session, for a pooler that
   * forbids prepared statements. One that loses them is noticed without this. Default: true, the database plans a
   * statement once a connection; prepared statements pass TypeORM's query log by.
   */
  preparedStatements?: boolean;
  /** False: tasks run unlocked, for local work without a database. Default: true. */
  enabled?: boolean;
  /** A store of one's own in place of Postgres. */
  store?: LockStore;
}

/** Options of `TaskLockModule.forRootAsync`. */
export type TaskLockModuleAsyncOptions = Pick<ModuleMetadata, 'imports'> &
  Pick<FactoryProvider<TaskLockModuleOptions>, 'inject' | 'useFactory'>;

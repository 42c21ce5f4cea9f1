import { types } from 'node:util';
import { Injectable } from '@nestjs/common';
import { keyText } from './config/key-of-call.js';
import { keyedName } from './lock/keyed-name.js';
import { messageOf } from './message-of.js';
import { TaskLockUsageError } from './task-lock.errors.js';
import { TaskLockInterceptor } from './task-lock.interceptor.js';
import type { TaskLockResult } from './task-lock.interceptor.js';
import type { TaskLockRunOptions } from './task-lock.options.js';
import { TaskLockRegistry } from './task-lock.registry.js';
import type { Task } from './task-lock.registry.js';
import type { TaskRun } from './task-run.js';

/** Runs code under a task's lock without a decorator. */
@Injectable()
export class TaskLockService {
  constructor(
    private readonly registry: TaskLockRegistry,
    private readonly interceptor: TaskLockInterceptor,
    /** Makes the declared tasks known, where the application is not started yet. */
    private readonly explore: () => void,
  ) {}

  /**
   * Claims the lock, calls `work` and releases the lock; or says why it was skipped.
   *
   * @param task the name of a declared task, which takes its options, or options of its own
   * @throws TaskLockUsageError where a bare name is not declared anywhere
   * @throws TaskLockConfigurationError where the options are wrong
   * @throws TaskLockHeldError, TaskLockTimeoutError or TaskLockUnavailableError by the task's `overlap`
   * @throws whatever `work` throws, unchanged
   * @example
   * const result = await this.taskLock.run({ name: 'export', maxHold: '10m' }, async (run) => this.export(run.signal));
   * if (result.status === 'skipped') this.logger.log(`export: ${result.reason}, held by ${result.heldBy}`);
   */
  async run<T>(
    task: string | TaskLockRunOptions,
    work: (run: TaskRun) => T | Promise<T>,
  ): Promise<TaskLockResult<T>> {
    this.explore();
    const { scheduledTime, key: given, ...definition } = typeof task === 'string' ? { name: task } : task;
    const known =
      typeof task === 'string'
        ? this.declared(task)
        : this.registry.describe(definition, 'TaskLockService.run');
    const key = this.keyFor(known, given);
    if (scheduledTime !== undefined && !isInstant(scheduledTime)) {
      throw new TaskLockUsageError(
        `TaskLockService.run('${known.name}'): scheduledTime is not a valid Date: ${String(scheduledTime)}.`,
      );
    }
    if (definition.recover && scheduledTime === undefined) {
      throw new TaskLockUsageError(
        `TaskLockService.run('${known.name}'): recover needs a scheduledTime: a call has no tick that could run again.`,
      );
    }
    return this.interceptor.execute(
      scheduledTime === undefined
        ? { task: known, key, tick: { kind: 'call' }, direct: known.schedule !== undefined }
        : { task: known, key, tick: { kind: 'scheduled', scheduledTime }, direct: false },
      async (run) => work(run),
    );
  }

  private keyFor({ name, key: keyFunction }: Task, given: string | number | undefined): string | undefined {
    const refuse = (message: string): never => {
      throw new TaskLockUsageError(`TaskLockService.run('${name}'), option key: ${message}`);
    };
    if (given === undefined) {
      if (keyFunction) refuse(`this task has a lock for each key: run({ name: '${name}', key: 5 }, ...)`);
      const owner = this.registry.ownerOf(name);
      if (owner) refuse(`this is the lock of one key of the task '${owner.name}': give it as { name, key }`);
      return undefined;
    }
    if (!keyFunction && this.registry.get(name))
      refuse('this task is declared without a key: its one lock is for all calls');
    let key: string;
    try {
      key = keyText(given);
    } catch (error) {
      return refuse(messageOf(error));
    }
    const lockName = keyedName(name, key);
    if (this.registry.get(lockName)) refuse(`'${lockName}' is the lock of a task of that name already`);
    return key;
  }

  private declared(name: string): Task {
    const task = this.registry.get(name);
    if (task) return task;
    throw new TaskLockUsageError(
      `TaskLockService.run('${name}'): no method is decorated with @TaskLock('${name}'). For a task without a ` +
        `decorator give options: run({ name: '${name}', maxHold: '10m' }, ...).`,
    );
  }
}

/** With a year that is written in four digits: Postgres reads no other, and microseconds taken for milliseconds fail here. */
function isInstant(given: unknown): boolean {
  if (!types.isDate(given)) return false;
  const year = given.getUTCFullYear();
  return year >= 1 && year <= 9_999;
}

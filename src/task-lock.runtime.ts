import { Injectable } from '@nestjs/common';
import { defer, isObservable, lastValueFrom } from 'rxjs';
import { isDirectCall, isRecovery } from './call-context.js';
import type { LockClock } from './lock/lock-clock.js';
import { TaskExecutionContext } from './task-lock.context.js';
import type { TaskCall } from './task-lock.context.js';
import { memberOf } from './task-lock.declaration.js';
import { TaskLockUsageError } from './task-lock.errors.js';
import type { TaskLockInterceptor } from './task-lock.interceptor.js';
import type { TaskLockRegistry } from './task-lock.registry.js';
import { RUNTIME } from './task-lock.runtime-key.js';
import type { DecoratedCall, TaskRuntime } from './task-lock.runtime-key.js';

/**
 * Runs decorated methods through the interceptor. The scheduler calls methods past Nest's own interceptors, so the
 * call is made here, with an execution context of type `task`.
 */
@Injectable()
export class TaskLockRuntime implements TaskRuntime {
  readonly [RUNTIME] = true;

  constructor(
    private readonly registry: TaskLockRegistry,
    private readonly interceptor: TaskLockInterceptor,
    private readonly clock: LockClock,
    /** Whether a call may be a tick; every one is a direct call otherwise. */
    private readonly mayTick: () => boolean,
  ) {}

  async call(decorated: DecoratedCall): Promise<unknown> {
    const context = new TaskExecutionContext(this.describe(decorated), decorated);
    const next = { handle: () => defer(() => this.invoke(decorated)) };
    return lastValueFrom(await this.interceptor.intercept(context, next));
  }

  private describe({ instance, declaration }: DecoratedCall): TaskCall {
    // Before anything is awaited: the tick is the one that the timer means which fires now.
    const now = this.clock.now();
    const task = this.registry.taskOf(instance, declaration);
    const { schedule, interval = 0 } = task;
    const method = { type: instance.constructor, key: declaration.key, declaration };
    if (isRecovery(method)) return { task, tick: { kind: 'abandoned' }, direct: false, method };
    if (!schedule) return { task, tick: { kind: 'call' }, direct: false, method };
    const direct = !this.mayTick() || isDirectCall(method);
    return { task, tick: direct ? { kind: 'call' } : schedule.tickAt(now, interval), direct, method };
  }

  private async invoke({ instance, declaration, method, args }: DecoratedCall): Promise<unknown> {
    const returned = await Reflect.apply(method, instance, args);
    if (!isObservable(returned)) return returned;
    throw new TaskLockUsageError(
      `${memberOf(instance, declaration.key)} returned an Observable: its work would run after the lock is released. ` +
        `Return a promise, like lastValueFrom(observable).`,
    );
  }
}

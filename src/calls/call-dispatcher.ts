import { Injectable } from '@nestjs/common';
import { defer, isObservable, lastValueFrom } from 'rxjs';
import { isDirectCall, leftBehindTick } from './call-context.js';
import { keyOfCall } from '../tasks/settings/lock-key.js';
import { messageOf } from '../common/error-text.js';
import type { LockClock } from '../common/clock.js';
import { TaskExecutionContext } from './task-call.js';
import type { TaskCall } from './task-call.js';
import { memberOf } from '../tasks/declaration.js';
import type { TaskLockDeclaration } from '../tasks/declaration.js';
import { TaskLockUsageError } from '../tasks/errors.js';
import type { Task, TaskLockRegistry } from '../tasks/registry.js';
import type { RequestingInterceptor } from '../requests/requesting-interceptor.js';
import { RUNTIME } from './dispatcher-key.js';
import type { DecoratedCall, TaskRuntime } from './dispatcher-key.js';

/**
 * Runs decorated methods through the interceptor. The scheduler calls methods past Nest's own interceptors, so the
 * call is made here, with an execution context of type `task`.
 */
@Injectable()
export class TaskLockRuntime implements TaskRuntime {
  readonly [RUNTIME] = true;

  constructor(
    private readonly registry: TaskLockRegistry,
    private readonly interceptor: RequestingInterceptor,
    private readonly clock: LockClock,
    /** Whether a call may be a tick; every one is a direct call otherwise. */
    private readonly mayTick: () => boolean,
  ) {}

  async call(decorated: DecoratedCall): Promise<unknown> {
    const context = new TaskExecutionContext(this.describe(decorated), decorated);
    const next = { handle: () => defer(() => this.invoke(decorated)) };
    return lastValueFrom(await this.interceptor.intercept(context, next));
  }

  private describe({ instance, declaration, args }: DecoratedCall): TaskCall {
    // Before anything is awaited: the tick is the one that the timer means which fires now.
    const now = this.clock.now();
    const task = this.registry.taskOf(instance, declaration);
    const { schedule, interval = 0, catchUpWindow } = task;
    const method = { type: instance.constructor, key: declaration.key, declaration };
    if (!schedule)
      return {
        task,
        key: keyOf(task, instance, declaration, args),
        tick: { kind: 'call' },
        direct: false,
        method,
      };
    const leftBehind = leftBehindTick(method);
    if (leftBehind === 'abandoned') return { task, tick: { kind: 'abandoned' }, direct: false, method };
    if (leftBehind === 'missed' && schedule.instants) {
      const scheduledTime = schedule.instants.tickAt(now);
      return { task, tick: { kind: 'scheduled', scheduledTime, catchUpWindow }, direct: false, method };
    }
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

function keyOf(
  { key }: Task,
  instance: object,
  declaration: TaskLockDeclaration,
  args: readonly unknown[],
): string | undefined {
  if (!key) return undefined;
  try {
    return keyOfCall(key, args);
  } catch (error) {
    const where = memberOf(instance, declaration.key);
    throw new TaskLockUsageError(
      `${where}, option key: the key ${messageOf(error)}. The method did not run.`,
      { cause: error },
    );
  }
}

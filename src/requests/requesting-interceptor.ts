import type { CallHandler } from '@nestjs/common';
import { lastValueFrom, of } from 'rxjs';
import type { Observable } from 'rxjs';
import type { LockClock } from '../common/clock.js';
import { TaskLockUnavailableError } from '../lock/errors.js';
import { LockStoreUnavailableError } from '../common/store-unavailable.error.js';
import { isTick } from '../calls/task-call.js';
import type { CallTaker } from '../calls/call-dispatcher.js';
import type { TaskCall, TaskExecutionContext } from '../calls/task-call.js';
import { messageOf } from '../common/error-text.js';
import type { Place } from './insert-queue.js';
import type { TaskLockInterceptor } from '../calls/task-lock.interceptor.js';
import type { RequestPublisher } from './publisher.js';
import type { RequestSettler } from './settler.js';
import { ReturnedClaim } from '../calls/task-lock.interceptor.js';
import type { TaskRun } from '../calls/task-run.js';

/** Stands before the lock's interceptor, and makes requests of calls: of tasks with `debounce`, or that overlap. */
export class RequestingInterceptor implements CallTaker {
  constructor(
    private readonly locked: TaskLockInterceptor,
    private readonly publisher: RequestPublisher,
    private readonly settler: RequestSettler,
    private readonly clock: LockClock,
  ) {}

  takes(call: TaskCall): boolean {
    const { debounce, overlap } = call.task;
    const isRequested = (debounce !== undefined || overlap === 'bufferOne') && !isTick(call);
    return isRequested && !this.locked.isInsideRunOf(call);
  }

  async intercept(context: TaskExecutionContext, next: CallHandler<unknown>): Promise<Observable<unknown>> {
    const { call } = context;
    const since = this.clock.monotonic();
    const where = `${context.getClass().name}.${context.getHandler().name}`;
    // Also where it may run at once: whether a call is refused must not depend on what else is running.
    const args = this.publisher.textOf(context.getArgs(), where);
    const place = call.task.debounce ? undefined : this.publisher.placeOf(call);
    if (!place) {
      await this.publish(call, args);
      return of(undefined);
    }
    try {
      const called = { since, lastAddedAt: this.publisher.lastAddedAt(call) };
      const result = await this.execute(call, (run) => {
        place.leave();
        return this.settler.serveAlong(call, run, called, () => lastValueFrom(next.handle()));
      });
      if (result) return of(result.value);
      await this.publish(call, args, place);
      return of(undefined);
    } finally {
      place.leave();
    }
  }

  /** Nothing where the call did not begin. */
  private async execute(
    call: TaskCall,
    method: (run: TaskRun) => Promise<unknown>,
  ): Promise<{ value: unknown } | undefined> {
    try {
      const result = await this.locked.execute(call, method);
      return result.status === 'executed' ? result : undefined;
    } catch (error) {
      if (error instanceof ReturnedClaim) return undefined;
      throw error;
    }
  }

  private async publish(call: TaskCall, args: string, place?: Place): Promise<void> {
    const { key, task } = call;
    try {
      await this.publisher.add(call, args, { place });
    } catch (error) {
      if (!(error instanceof LockStoreUnavailableError)) throw error;
      throw new TaskLockUnavailableError({ task: task.name, key }, 'unavailable', messageOf(error));
    }
  }
}

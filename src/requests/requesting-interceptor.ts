import type { CallHandler } from '@nestjs/common';
import { lastValueFrom, of } from 'rxjs';
import type { Observable } from 'rxjs';
import type { CallTaker } from '../calls/call-dispatcher.js';
import { isTick } from '../calls/task-call.js';
import type { TaskCall, TaskExecutionContext } from '../calls/task-call.js';
import { ReturnedClaim } from '../calls/task-lock.interceptor.js';
import type { TaskLockInterceptor } from '../calls/task-lock.interceptor.js';
import type { TaskRun } from '../calls/task-run.js';
import type { LockClock } from '../common/clock.js';
import { messageOf } from '../common/error-text.js';
import { LockStoreUnavailableError } from '../common/store-unavailable.error.js';
import { TaskLockUnavailableError } from '../lock/errors.js';
import type { RequestPublisher } from './publisher.js';
import type { RequestSettler } from './settler.js';

/** Stands before the lock's interceptor, and makes requests of calls: of tasks with `debounce` or `bufferOne`. */
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
    const method = `${context.getClass().name}.${context.getHandler().name}`;
    this.publisher.requestsFor(method);
    // Also where the call may run at once: whether it is refused must not depend on what else is running.
    const args = this.publisher.textOf(context.getArgs(), method);
    const letGo = call.task.debounce ? undefined : this.publisher.hold(call);
    if (!letGo) {
      await this.publish(call, args);
      return of(undefined);
    }
    try {
      const called = { since, lastPublishedAt: this.publisher.lastPublishedAt(call) };
      const result = await this.execute(call, (run) => {
        letGo();
        return this.settler.serveAlong(call, run, called, () => lastValueFrom(next.handle()));
      });
      if (result) return of(result.value);
      // Before what was held back meanwhile, which goes with it once this call lets go.
      const published = this.publish(call, args, true);
      letGo();
      await published;
      return of(undefined);
    } finally {
      letGo();
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

  private async publish(call: TaskCall, args: string, first = false): Promise<void> {
    const { key, task } = call;
    try {
      await this.publisher.publish(call, args, { first });
    } catch (error) {
      if (!(error instanceof LockStoreUnavailableError)) throw error;
      throw new TaskLockUnavailableError({ task: task.name, key }, 'unavailable', messageOf(error));
    }
  }
}

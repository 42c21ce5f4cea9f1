import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { lastValueFrom, of } from 'rxjs';
import type { Observable } from 'rxjs';
import { enclosingRun, insideRun } from './call-context.js';
import type { EnclosingRun } from './call-context.js';
import { HeldLock } from '../lock/held-lock.js';
import type { Outcome } from '../store/lock-store.js';
import type { Skipped } from '../lock/task-claim.js';
import type { TaskLocks } from '../lock/task-locks.js';
import { claimOf } from './task-lock.claim.js';
import { lockNameOf, TaskExecutionContext } from './task-call.js';
import type { TaskCall } from './task-call.js';
import { TaskLockUsageError } from '../tasks/errors.js';
import { skippedOrThrown } from './task-lock.overlap.js';
import { UnusedClaim } from './task-lock.unused-claim.js';
import { LockedTaskRun } from './task-run.js';
import type { TaskRun, TaskTransactions } from './task-run.js';

/** What came of a call: its value, or why it did not run. */
export type TaskLockResult<T> = { status: 'executed'; value: T } | Skipped;

/**
 * Claims a task's lock, runs the method, and releases the lock, whatever the method does. A call from inside the run
 * of the same task (`super.job()`) goes on under the lock that is held already.
 *
 * Without `@Injectable`, by which error trackers find what they patch: Sentry opens a span for an interceptor and ends
 * it before the handler is called, so that what a task traces hung on a span already sent, and was lost.
 */
export class TaskLockInterceptor implements NestInterceptor {
  constructor(
    private readonly locks: TaskLocks,
    private readonly transactions: TaskTransactions,
    /** Called after each release, with the name of the task: what waited for it may run. */
    private readonly onReleased: (task: string) => void,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler<unknown>): Promise<Observable<unknown>> {
    if (!(context instanceof TaskExecutionContext)) throw misused(context);
    const result = await this.execute(context.call, () => lastValueFrom(next.handle()));
    return of(result.status === 'executed' ? result.value : undefined);
  }

  execute<T>(call: TaskCall, method: (run: TaskRun) => Promise<T>): Promise<TaskLockResult<T>> {
    const outer = this.runAround(call);
    return outer ? joined(outer, method) : this.claimed(call, method);
  }

  /** The same with a claim of its own in any case. */
  async claimed<T>(call: TaskCall, method: (run: TaskRun) => Promise<T>): Promise<TaskLockResult<T>> {
    const lock = await this.locks.claim(claimOf(call));
    if (!(lock instanceof HeldLock)) return skippedOrThrown(call, lock);
    const { task, key, method: decorated } = call;
    const run = new LockedTaskRun({ name: task.name, key }, lock, this.locks, this.transactions);
    const enclosing: EnclosingRun = {
      run,
      lockName: lock.state.name,
      scope: this.locks,
      method: decorated,
      isHeld: () => lock.isHeld(),
      serves: call.served && decorated?.declaration,
    };
    let outcome: Outcome = 'failed';
    let message: string | undefined;
    try {
      const value = await insideRun(enclosing, () => method(run));
      outcome = 'succeeded';
      return { status: 'executed', value };
    } catch (error) {
      if (error instanceof UnusedClaim) outcome = 'returned';
      else message = textOf(error);
      throw error;
    } finally {
      await this.locks.release(lock, outcome, message);
      this.onReleased(task.name);
    }
  }

  /** Whether a call goes on under a lock that is held already. */
  isInsideRunOf(call: TaskCall): boolean {
    return this.runAround(call) !== undefined;
  }

  /** The run that a call from inside it goes on under. A timer that was set inside makes ticks and no such calls. */
  private runAround(call: TaskCall): EnclosingRun | undefined {
    const { tick, method } = call;
    const serving = method && enclosingRun(({ serves }) => serves === method.declaration);
    if (serving?.scope === this.locks) return serving;
    const name = lockNameOf(call);
    const outer = enclosingRun(
      ({ lockName, scope, isHeld }) => lockName === name && scope === this.locks && isHeld(),
    );
    const isTick =
      tick.kind !== 'call' && method !== undefined && method.declaration === outer?.method?.declaration;
    return isTick ? undefined : outer;
  }
}

async function joined<T>(
  outer: EnclosingRun,
  method: (run: TaskRun) => Promise<T>,
): Promise<TaskLockResult<T>> {
  // What it calls from here on is a call like any other.
  outer.serves = undefined;
  return { status: 'executed', value: await insideRun(outer, () => method(outer.run)) };
}

function misused(context: ExecutionContext): TaskLockUsageError {
  const handler = `${context.getClass().name}.${context.getHandler().name}`;
  return new TaskLockUsageError(
    `TaskLockInterceptor cannot be bound to ${handler}: decorate the method with @TaskLock('a-name') in its place.`,
  );
}

/** What is thrown need not be an error, nor have a text: that must not mask it. */
function textOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'what was thrown has no text';
  }
}

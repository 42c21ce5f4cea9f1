import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { lastValueFrom, of } from 'rxjs';
import type { Observable } from 'rxjs';
import { thrownText } from '../common/error-text.js';
import { TaskLockHeldError, TaskLockTimeoutError, TaskLockUnavailableError } from '../lock/errors.js';
import type { EnteredRun, EventHub } from '../lock/event-hub.js';
import { HeldLock } from '../lock/held-lock.js';
import type { Skipped } from '../lock/task-claim.js';
import type { EndedRun, TaskLocks } from '../lock/task-locks.js';
import type { Outcome } from '../store/lock-store.js';
import { memberOf } from '../tasks/declaration.js';
import { TaskLockUsageError } from '../tasks/errors.js';
import { enclosingRun, insideRun } from './call-context.js';
import type { EnclosingRun } from './call-context.js';
import type { FencedTransactions } from './fenced-transactions.js';
import { LockedTaskRun } from './locked-task-run.js';
import { claimOf, isTick, lockNameOf, TaskExecutionContext } from './task-call.js';
import type { TaskCall } from './task-call.js';
import type { TaskRun } from './task-run.js';

/** What came of a call: its value, or why it did not run. */
export type TaskLockResult<T> = { status: 'executed'; value: T } | Skipped;

/** Thrown in place of a run that did not begin: its claim is returned, and starts no minimum hold. */
export class ReturnedClaim extends Error {
  override readonly name = 'ReturnedClaim';
}

/**
 * Claims a task's lock, runs the method, and releases the lock, whatever the method does. A call from inside the run
 * of the same task (`super.job()`) runs under the lock that is already held.
 *
 * It has no `@Injectable`, by which error trackers find what they patch: Sentry opens a span for an interceptor and ends
 * it before the handler is called, so that whatever a task traces was lost.
 */
export class TaskLockInterceptor implements NestInterceptor {
  constructor(
    private readonly locks: TaskLocks,
    private readonly transactions: FencedTransactions,
    /** Told of each release: requests that waited for the task may run. */
    private readonly requests: { released(task: string): void },
    private readonly events: Pick<EventHub, 'around'>,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler<unknown>): Promise<Observable<unknown>> {
    if (!(context instanceof TaskExecutionContext)) throw misused(context);
    const result = await this.execute(context.call, () => lastValueFrom(next.handle()));
    return of(result.status === 'executed' ? result.value : undefined);
  }

  /** Runs the method under the task's lock; inside a run of the same lock, under that one. */
  execute<T>(call: TaskCall, method: (run: TaskRun) => Promise<T>): Promise<TaskLockResult<T>> {
    const outer = this.runAround(call);
    if (!outer) return this.claimAndRun(call, method);
    return join(outer, method);
  }

  /** Like {@link execute}, but never joins an enclosing run. `ended` is told how a run ended that was released. */
  async claimAndRun<T>(
    call: TaskCall,
    method: (run: TaskRun) => Promise<T>,
    ended?: (end: EndedRun | undefined) => void,
  ): Promise<TaskLockResult<T>> {
    const lock = await this.locks.claim(claimOf(call));
    if (!(lock instanceof HeldLock)) return skippedOrThrown(call, lock);
    const run = new LockedTaskRun(call, lock, this.locks, this.transactions);
    let outcome: Outcome = 'failed';
    let message: string | undefined;
    try {
      const value = await insideRun(this.enclosing(call, lock, run), () =>
        this.events.around(
          () => enteredRun(call, lock),
          () => method(run),
        ),
      );
      outcome = 'succeeded';
      return { status: 'executed', value };
    } catch (error) {
      if (error instanceof ReturnedClaim) outcome = 'returned';
      else message = thrownText(error);
      throw error;
    } finally {
      const end = await this.locks.release(lock, outcome, message);
      ended?.(end);
      this.requests.released(call.task.name);
    }
  }

  /** Whether a call runs under a lock that is already held. */
  isInsideRunOf(call: TaskCall): boolean {
    return this.runAround(call) !== undefined;
  }

  private enclosing({ method, served, operated }: TaskCall, lock: HeldLock, run: TaskRun): EnclosingRun {
    return {
      run,
      lockName: lock.state.name,
      scope: this.locks,
      method,
      isHeld: () => lock.isHeld(),
      serves: (served ?? operated) && method?.declaration,
    };
  }

  /** The enclosing run that a call joins. A timer that was set inside a run makes ticks, which join nothing. */
  private runAround(call: TaskCall): EnclosingRun | undefined {
    const { tick, method } = call;
    const serving = method && enclosingRun(({ serves }) => serves === method.declaration);
    if (serving?.scope === this.locks) return serving;
    const name = lockNameOf(call);
    const outer = enclosingRun(
      ({ lockName, scope, isHeld }) => lockName === name && scope === this.locks && isHeld(),
    );
    const isOwnTick =
      tick.kind !== 'call' && method !== undefined && method.declaration === outer?.method?.declaration;
    return isOwnTick ? undefined : outer;
  }
}

/** Only the first call belongs to the requests that the run serves. What it calls is a call like any other. */
async function join<T>(
  outer: EnclosingRun,
  method: (run: TaskRun) => Promise<T>,
): Promise<TaskLockResult<T>> {
  outer.serves = undefined;
  return { status: 'executed', value: await insideRun(outer, () => method(outer.run)) };
}

function enteredRun({ method }: TaskCall, { state }: HeldLock): EnteredRun {
  return { state, member: method && memberOf(method.type, method.key) };
}

/**
 * What a call that did not run resolves to, by its task's `overlap`.
 *
 * @throws TaskLockHeldError, TaskLockTimeoutError or TaskLockUnavailableError where the caller wants to be told
 */
export function skippedOrThrown(call: TaskCall, skipped: Skipped): Skipped {
  const { key, task } = call;
  const { name, overlap, waitTimeout = 0 } = task;
  if (isTick(call) || overlap === 'skip' || overlap === 'bufferOne') return skipped;
  if (skipped.reason !== 'held') throw new TaskLockUnavailableError({ task: name, key }, skipped.reason);
  if (overlap === 'throw') throw new TaskLockHeldError({ task: name, key }, skipped);
  throw new TaskLockTimeoutError({ task: name, key }, skipped, waitTimeout);
}

function misused(context: ExecutionContext): TaskLockUsageError {
  const handler = `${context.getClass().name}.${context.getHandler().name}`;
  return new TaskLockUsageError(
    `TaskLockInterceptor cannot be bound to ${handler}: decorate the method with @TaskLock('a-name') in its place.`,
  );
}

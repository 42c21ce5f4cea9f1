import type { NestInterceptor } from '@nestjs/common';
import { defer, isObservable, lastValueFrom } from 'rxjs';
import type { LockClock } from '../common/clock.js';
import { messageOf } from '../common/error-text.js';
import type { LockLog } from '../common/log.js';
import type { TickRequest } from '../store/lock-store.js';
import { memberOf } from '../tasks/declaration.js';
import { TaskLockUsageError } from '../tasks/errors.js';
import type { TaskRegistry } from '../tasks/registry.js';
import type { Task } from '../tasks/task.js';
import type { Scheduler } from '../tasks/scheduler.js';
import { keyOfCall } from '../tasks/settings/lock-key.js';
import { firingJob, isDirectCall, leftBehindTick } from './call-context.js';
import type { DecoratedMethod } from './call-context.js';
import { DISPATCHER, giveDispatcher } from './dispatcher-key.js';
import type { DecoratedCall, TaskDispatcher } from './dispatcher-key.js';
import { conditionOf, TaskExecutionContext } from './task-call.js';
import type { TaskCall } from './task-call.js';
import type { TaskLockInterceptor } from './task-lock.interceptor.js';

/** Stands before the lock's interceptor for the calls that it takes: it makes requests of them. */
export interface CallTaker extends NestInterceptor<unknown, unknown> {
  takes(call: TaskCall): boolean;
}

/** Runs decorated methods under their locks. The scheduler calls methods past Nest's interceptors, so that it is done here. */
export class CallDispatcher implements TaskDispatcher {
  readonly [DISPATCHER] = true;
  /** The objects that the scheduler fires. One of a request, or of a module that is loaded later, is not among them. */
  private readonly scheduled = new WeakSet<object>();
  /** The tasks whose timers have been reported to fire at instants that are no ticks. */
  private readonly reported = new WeakSet<Task>();

  constructor(
    private readonly registry: TaskRegistry,
    private readonly requesting: CallTaker,
    private readonly locking: Pick<TaskLockInterceptor, 'execute'>,
    private readonly clock: LockClock,
    private readonly log: LockLog,
    private readonly scheduler: Pick<Scheduler, 'mayTick' | 'jobNameOf' | 'hasFired'>,
  ) {}

  /** Injects this dispatcher into an object that the scheduler fires: its calls may be ticks from here on. */
  schedule(instance: object): void {
    this.attachTo(instance);
    this.scheduled.add(instance);
  }

  /** Injects this dispatcher into an object. */
  attachTo(instance: object): void {
    giveDispatcher(instance, this);
  }

  async call(decorated: DecoratedCall): Promise<unknown> {
    const call = this.describe(decorated);
    if (!call) return undefined;
    if (this.requesting.takes(call)) return this.request(call, decorated);
    const result = await this.locking.execute(call, () => invoke(decorated));
    return result.status === 'executed' ? result.value : undefined;
  }

  /** With an execution context of type `task`, as Nest calls interceptors. */
  private async request(call: TaskCall, decorated: DecoratedCall): Promise<unknown> {
    const next = { handle: () => defer(() => invoke(decorated)) };
    return lastValueFrom(await this.requesting.intercept(new TaskExecutionContext(call, decorated), next));
  }

  /** What is called, and for which tick; nothing if a timer called at an instant that is no tick. */
  private describe({ instance, declaration, args }: DecoratedCall): TaskCall | undefined {
    // Read before anything is awaited: later another tick could be due.
    const now = this.clock.now();
    const method = { type: instance.constructor, key: declaration.key, declaration };
    const job = firingJob();
    if (job !== undefined && !isDirectCall(method))
      this.scheduler.hasFired(this.registry.read(instance, declaration).task, job);
    const task = this.registry.taskOf(instance, declaration);
    const key = task.key && keyOf(task.key, args, () => memberOf(instance, declaration.key));
    const tick = this.leftBehindTick(task, method, now) ?? this.tickOf(task, method, instance, now);
    if (tick === 'none') return undefined;
    if (tick === 'stray') return void this.reportStray(task, now);
    const direct = task.schedule !== undefined && tick === undefined;
    const condition = conditionOf(task, instance);
    return { task, key, tick: tick ?? { kind: 'call' }, direct, method, condition };
  }

  /** The tick that this call catches up on, if any. */
  private leftBehindTick(
    { schedule, catchupWindow }: Task,
    method: DecoratedMethod,
    now: number,
  ): TickRequest | 'none' | undefined {
    const leftBehind = schedule && leftBehindTick(method);
    if (leftBehind === 'abandoned') return { kind: 'abandoned' };
    if (leftBehind === undefined || !schedule?.instants) return undefined;
    const scheduledTime = schedule.instants.tickAt(now);
    // What a changed schedule names before its change was never due.
    if (scheduledTime.getTime() < (schedule.since ?? -Infinity)) return 'none';
    return { kind: 'scheduled', scheduledTime, catchupWindow };
  }

  /** The tick that the schedule means by this call; none where the code of the application called. */
  private tickOf(
    task: Task,
    method: DecoratedMethod,
    instance: object,
    now: number,
  ): TickRequest | 'stray' | undefined {
    const { schedule, interval = 0 } = task;
    if (!schedule || !this.scheduled.has(instance) || !this.scheduler.mayTick()) return undefined;
    const job = firingJob();
    const isFired = (job !== undefined && job === this.scheduler.jobNameOf(task)) || !isDirectCall(method);
    return isFired ? (schedule.tickAt(now, interval) ?? 'stray') : undefined;
  }

  /** Once for each task: cron does so on each night on which a clock goes back. */
  private reportStray(task: Task, now: number): void {
    if (this.reported.has(task)) return;
    this.reported.add(task);
    const next = task.schedule?.instants?.nextAfter(now);
    const due = next === undefined ? '' : ` The next tick is ${new Date(next).toISOString()}.`;
    this.log.warn(
      `"${task.name}" is skipped: cron fired it at ${new Date(now).toISOString()}, which is no tick of ` +
        `${task.schedule?.description}. It does so when a clock is set.${due} This is said once.`,
    );
  }
}

async function invoke({ instance, declaration, method, args }: DecoratedCall): Promise<unknown> {
  const returned = await Reflect.apply(method, instance, args);
  if (!isObservable(returned)) return returned;
  throw new TaskLockUsageError(
    `${memberOf(instance, declaration.key)} returned an Observable: its work would run after the lock is released. ` +
      `Return a promise, like lastValueFrom(observable).`,
  );
}

function keyOf(key: NonNullable<Task['key']>, args: readonly unknown[], member: () => string): string {
  try {
    return keyOfCall(key, args);
  } catch (error) {
    throw new TaskLockUsageError(
      `${member()}, option key: the key ${messageOf(error)}. The method did not run.`,
      { cause: error },
    );
  }
}

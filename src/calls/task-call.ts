import type { ExecutionContext, Type } from '@nestjs/common';
import type { TaskClaim } from '../lock/task-claim.js';
import type { DecoratedMethod } from './call-context.js';
import type { DecoratedCall } from './dispatcher-key.js';
import { nextDueOf } from '../tasks/schedule/next-due.js';
import type { Task } from '../tasks/task.js';
import { keyedName, keyedPrefix } from '../store/lock-name.js';
import type { TickRequest } from '../store/lock-store.js';
import type { RunTrigger } from '../store/recorded-run.js';

/** A call that wants to run under a lock. */
export interface TaskCall {
  task: Task;
  tick: TickRequest;
  /** True for a call of a scheduled task that the application made, and not the schedule. */
  direct: boolean;
  /** The key, where each key of the task has a lock of its own. */
  key?: string;
  /** Set for a run of requests: the lock that they wait for, and the least milliseconds between two starts (`leading`). */
  served?: { lockName: string; spacing: number };
  /** Set for a run that an operator has triggered. */
  operated?: { evenIfPaused: boolean };
  /** The decorated method; none for a call of `TaskLockService`. */
  method?: DecoratedMethod;
  /** Whether no decorated method has the name of the task. */
  undeclared?: boolean;
  /** The condition of the task, as it is asked on the instance that runs. */
  condition?: () => unknown;
}

/** The condition of a task with `this` as its methods have it, or nothing where the task has none. */
export function conditionOf({ when }: Pick<Task, 'when'>, instance?: object): TaskCall['condition'] {
  return when && (() => Reflect.apply(when, instance, []) as unknown);
}

/** Whether the call is for a tick: then it never waits for a lock, and nobody is told that it was skipped. */
export function isTick({ task, tick, direct }: TaskCall): boolean {
  return tick.kind !== 'call' || (task.schedule !== undefined && !direct);
}

/** What names the lock of a request. */
export type RequestedLock = Pick<TaskCall, 'task' | 'key' | 'served'>;

/** The name of the lock that a call claims. */
export function lockNameOf({ task, key, served }: RequestedLock): string {
  if (served) return served.lockName;
  return key === undefined ? task.name : keyedName(task.name, key);
}

/** What a call asks of the lock. A direct call of a scheduled task takes no tick, and only a run in progress stops it. */
export function claimOf(call: TaskCall): TaskClaim {
  const { task, tick, direct } = call;
  const { schedule, interval, recover, maxHold, lease, tolerance, catchupWindow } = task;
  const ownHold = direct ? 0 : (schedule?.minHoldBefore(tick, task.minHold) ?? task.minHold);
  return {
    name: lockNameOf(call),
    task: task.name,
    key: call.key,
    undeclared: call.undeclared,
    trigger: triggerOf(call),
    evenIfPaused: call.operated?.evenIfPaused,
    tick,
    recover,
    minHold: Math.max(ownHold, call.served?.spacing ?? 0),
    maxHold,
    interval,
    lease,
    tolerance,
    condition: call.condition,
    keyPrefix: call.key === undefined ? undefined : keyedPrefix(task.name),
    nextDue:
      schedule && call.key === undefined ? (now, lastTick) => nextDueDate(task, now, lastTick) : undefined,
    instants: catchupWindow === undefined ? undefined : schedule?.instants,
    waitTimeout: isTick(call) ? undefined : task.waitTimeout,
  };
}

function nextDueDate(task: Task, now: number, lastTick?: Date): Date | undefined {
  const due = nextDueOf(task, now, lastTick?.getTime());
  return due === undefined ? undefined : new Date(due);
}

/** Why the run that a call asks for begins. */
function triggerOf({ tick, served, operated }: TaskCall): RunTrigger {
  switch (tick.kind) {
    case 'scheduled':
      return tick.catchupWindow === undefined ? 'tick' : 'catch-up';
    case 'kept':
      return 'tick';
    case 'abandoned':
      return 'recovery';
    case 'call':
      if (operated) return 'operator';
      return served ? 'request' : 'call';
  }
}

/** The execution context of type `task` that the lock's interceptor is called with. */
export class TaskExecutionContext implements ExecutionContext {
  constructor(
    readonly call: TaskCall,
    private readonly decorated: DecoratedCall,
  ) {}

  getClass<T>(): Type<T> {
    return this.decorated.instance.constructor as Type<T>;
  }

  getHandler(): DecoratedCall['method'] {
    return this.decorated.method;
  }

  getArgs<T extends unknown[]>(): T {
    return this.decorated.args as T;
  }

  getArgByIndex<T>(index: number): T {
    return this.decorated.args[index] as T;
  }

  getType<TContext extends string>(): TContext {
    return 'task' as TContext;
  }

  switchToRpc(): never {
    throw new Error('A task has no RPC context.');
  }

  switchToHttp(): never {
    throw new Error('A task has no HTTP context.');
  }

  switchToWs(): never {
    throw new Error('A task has no WebSocket context.');
  }
}

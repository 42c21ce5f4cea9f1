import { AsyncLocalStorage } from 'node:async_hooks';
import type { EntityManager } from 'typeorm';
import { oncePerProcess } from '../common/process-state.js';
import type { TaskRun } from './task-run.js';

/** A method of a class. Direct calls are told from ticks by it. */
export interface CalledMethod {
  type: object;
  key: string | symbol;
}

/** A method with its declaration: a `super` method has the same key and another declaration. */
export interface DecoratedMethod extends CalledMethod {
  declaration: object;
}

/** A run that the calling code is part of. */
export interface EnclosingRun {
  run: TaskRun;
  /** The lock that it runs under: a task has one for each key. */
  lockName: string;
  /** The locks of its application: another application in this process has its own. */
  scope: object;
  /** The method that runs; none for a run of `TaskLockService`. */
  method?: DecoratedMethod;
  isHeld: () => boolean;
  /** Set while the lock's own call of a method has not reached it: that call joins this run, even if the lock is lost. */
  serves?: object;
}

/** A transaction that the calling code is part of. Its manager is gone once it has ended. */
export interface EnclosingTransaction {
  /** The token of its run. */
  token: string;
  manager?: EntityManager;
}

/** A tick that was left behind: by a dead run, or because no replica claimed it. */
export interface LeftBehind {
  method: CalledMethod;
  tick: 'abandoned' | 'missed';
}

/** What encloses the calling code, innermost first. */
export interface CallContext {
  readonly outer?: CallContext;
  /** Whether a timer that the scheduler has set at its start calls. */
  readonly byScheduler?: boolean;
  /** The cron job that fires the calling code, by its name in the application's scheduler. */
  readonly firedBy?: string;
  readonly directCall?: CalledMethod;
  readonly leftBehind?: LeftBehind;
  readonly enclosing?: EnclosingRun;
  readonly transaction?: EnclosingTransaction;
}

const calls = oncePerProcess('calls', () => new AsyncLocalStorage<CallContext>());

/**
 * The run that the calling code is part of, or nothing outside of one. It follows the code through `await`s.
 *
 * @example
 * const run = currentTaskRun();
 * await this.mailer.send(mail, { idempotencyKey: `${run?.name}:${run?.scheduledTime?.toISOString()}` });
 */
export function currentTaskRun(): TaskRun | undefined {
  return enclosingRun()?.run;
}

/** Runs `work`. A call of this method inside it is a direct call and no tick. */
export function asDirectCall<T>(directCall: CalledMethod, work: () => T): T {
  return calls.run({ outer: living(calls.getStore()), directCall }, work);
}

/** Runs `work`, in which the scheduler starts: what it calls, and what its timers call, is called by the scheduler. */
export function asScheduler<T>(work: () => T): T {
  return calls.run({ byScheduler: true }, work);
}

/** Whether the scheduler calls, and not the application. It is asked only until direct calls are marked. */
export function isByScheduler(): boolean {
  return calls.getStore()?.byScheduler === true;
}

/** Runs `work`, which the cron job of this name fires. A job that a run has started is no part of that run. */
export function asFiredBy<T>(job: string, work: () => T): T {
  return calls.run({ firedBy: job, byScheduler: isByScheduler() }, work);
}

/** The name of the cron job that fires the calling code, unless a run of the job does. */
export function firingJob(): string | undefined {
  for (let call = calls.getStore(); call && !call.enclosing; call = call.outer) {
    if (call.firedBy !== undefined) return call.firedBy;
  }
  return undefined;
}

/** Runs `work`. A call of this method inside it is for a tick that was left behind. */
export function forLeftBehindTick<T>(leftBehind: LeftBehind, work: () => T): T {
  return calls.run({ leftBehind }, work);
}

/** Which left-behind tick this call catches up on, if any. Calls that its run makes are no catch-ups. */
export function leftBehindTick(method: CalledMethod): LeftBehind['tick'] | undefined {
  const leftBehind = calls.getStore()?.leftBehind;
  return isSame(leftBehind?.method, method) ? leftBehind?.tick : undefined;
}

/** Runs `work` as part of a run. */
export function insideRun<T>(enclosing: EnclosingRun, work: () => T): T {
  return calls.run({ outer: living(calls.getStore()), enclosing }, work);
}

/** Runs `work` as part of a transaction of a run. */
export async function insideTransaction<T>(
  token: string,
  manager: EntityManager,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  const transaction: EnclosingTransaction = { token, manager };
  try {
    return await calls.run({ outer: calls.getStore(), transaction }, () => work(manager));
  } finally {
    transaction.manager = undefined;
  }
}

/** The transaction of this run that the calling code is part of. */
export function enclosingTransaction(token: string): EntityManager | undefined {
  for (let call = calls.getStore(); call; call = call.outer) {
    if (call.transaction?.token === token) return call.transaction.manager;
  }
  return undefined;
}

/**
 * Whether this method was called directly. The search stops at an enclosing run: a timer that was set inside it may fire
 * this method, and that is a tick. It goes on past a run of the same method: a `super` call may have another task.
 */
export function isDirectCall(method: CalledMethod): boolean {
  for (let call = calls.getStore(); call; call = call.outer) {
    const { enclosing, directCall } = call;
    if (enclosing && !(isSame(enclosing.method, method) && enclosing.isHeld())) return false;
    if (isSame(directCall, method)) return true;
  }
  return false;
}

/** The innermost run that the calling code is part of and that `where` accepts. */
export function enclosingRun(
  where: (enclosing: EnclosingRun) => boolean = () => true,
): EnclosingRun | undefined {
  for (let call = calls.getStore(); call; call = call.outer) {
    if (call.enclosing && where(call.enclosing)) return call.enclosing;
  }
  return undefined;
}

function isSame(one: CalledMethod | undefined, { type, key }: CalledMethod): boolean {
  return one?.type === type && one?.key === key;
}

/**
 * The context without runs that are over. A task that sets its timer anew in each run would otherwise keep all of its
 * earlier runs in memory, and search them at each call.
 */
function living(call: CallContext | undefined): CallContext | undefined {
  let context = call;
  while (context?.transaction && !context.transaction.manager) context = context.outer;
  if (!context?.enclosing || context.enclosing.isHeld()) return context;
  do context = context.outer;
  while (context && !context.enclosing?.isHeld());
  return context;
}

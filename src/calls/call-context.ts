import { AsyncLocalStorage } from 'node:async_hooks';
import type { EntityManager } from 'typeorm';
import { oncePerProcess } from './process-state.js';
import type { TaskRun } from './task-run.js';

/** Names a method of a class; a direct call is told from a tick by it. */
export interface CalledMethod {
  type: unknown;
  key: string | symbol;
}

/** The same, with the one application of `@TaskLock` to it: a `super` method has another. */
export interface DecoratedMethod extends CalledMethod {
  declaration: object;
}

/** A run that encloses the code that asks. */
export interface EnclosingRun {
  run: TaskRun;
  /** The lock that it runs under: a task has one for each key. */
  lockName: string;
  /** The locks that it was claimed from: another application in this process has its own. */
  scope: object;
  /** The method that runs; none for a run of `TaskLockService`. */
  method?: DecoratedMethod;
  isHeld: () => boolean;
  /** The declaration whose first call this run is for: it goes on under this lock, whatever has become of it. */
  serves?: object;
}

/** A transaction of a run that encloses the code that asks; none once it has ended. */
export interface EnclosingTransaction {
  /** Of the run that it belongs to. */
  token: string;
  manager?: EntityManager;
}

/** A tick that nobody ran to its end: of a run that died in the middle, or one that no replica claimed. */
export interface LeftBehind {
  method: CalledMethod;
  tick: 'abandoned' | 'missed';
}

/** What is known of the code that is running now, innermost first. */
export interface CallContext {
  readonly outer?: CallContext;
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

/** Calls `work` so that its call of this method counts as a direct one and not as a tick. */
export function asDirectCall<T>(directCall: CalledMethod, work: () => T): T {
  return calls.run({ outer: living(calls.getStore()), directCall }, work);
}

/** Calls `work` so that its call of this method is for a tick that was left behind. */
export function forLeftBehindTick<T>(leftBehind: LeftBehind, work: () => T): T {
  return calls.run({ leftBehind }, work);
}

/** For which tick that was left behind this method was called, if for any; its own run is none that it calls. */
export function leftBehindTick(method: CalledMethod): LeftBehind['tick'] | undefined {
  const leftBehind = calls.getStore()?.leftBehind;
  return isSame(leftBehind?.method, method) ? leftBehind?.tick : undefined;
}

/** Calls `work` inside a run. */
export function insideRun<T>(enclosing: EnclosingRun, work: () => T): T {
  return calls.run({ outer: living(calls.getStore()), enclosing }, work);
}

/** Calls `work` inside a transaction of a run. */
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

/** The transaction of the run with this token that encloses the code that asks. */
export function enclosingTransaction(token: string): EntityManager | undefined {
  for (let call = calls.getStore(); call; call = call.outer) {
    if (call.transaction?.token === token) return call.transaction.manager;
  }
  return undefined;
}

/**
 * Whether this method was called directly. Looks no further than the run that encloses the call: a timer that the
 * run started may fire this method, and that is a tick. The run of the same method is looked through while it lasts,
 * for a `super` call of a task with another name.
 */
export function isDirectCall(method: CalledMethod): boolean {
  for (let call = calls.getStore(); call; call = call.outer) {
    const { enclosing, directCall } = call;
    if (enclosing && !(isSame(enclosing.method, method) && enclosing.isHeld())) return false;
    if (isSame(directCall, method)) return true;
  }
  return false;
}

/** The innermost run that encloses the code that asks, of any task or of the named one. */
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
 * A context without the runs that are over, and the direct calls that led to them: a task whose timers are set again
 * from inside its own runs would keep all of its earlier runs in memory, and look through them at each call.
 */
function living(call: CallContext | undefined): CallContext | undefined {
  let context = call;
  while (context?.transaction && !context.transaction.manager) context = context.outer;
  if (!context?.enclosing || context.enclosing.isHeld()) return context;
  do context = context.outer;
  while (context && !context.enclosing?.isHeld());
  return context;
}

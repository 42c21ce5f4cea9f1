import type { Method } from './method-proxy.js';
import { oncePerProcess } from '../common/process-state.js';
import { classNameOf, memberOf } from '../tasks/declaration.js';
import type { TaskLockDeclaration } from '../tasks/declaration.js';
import { TaskLockUsageError } from '../tasks/errors.js';

/** The property of an instance that holds its application's dispatcher. Two copies of this package share it. */
export const DISPATCHER = Symbol.for('nestjs-task-lock:dispatcher');

/**
 * Lets Nest inject the dispatcher into instances of a class. Without the accessor, an instance that its constructor has
 * frozen would fail with an error that names no class.
 */
export function acceptDispatcher(prototype: object): void {
  Object.defineProperty(prototype, DISPATCHER, {
    configurable: true,
    get: () => undefined,
    set(this: object, dispatcher: TaskDispatcher) {
      giveDispatcher(this, dispatcher);
    },
  });
}

/** @throws TaskLockUsageError if nothing can be added to the instance */
export function giveDispatcher(instance: object, dispatcher: TaskDispatcher): void {
  const property = { value: dispatcher, configurable: true, writable: true, enumerable: false };
  if (Reflect.defineProperty(instance, DISPATCHER, property)) return;
  throw closedInstance(instance);
}

/** Nothing can be added to the instance: neither its lock, nor the mark of its direct calls. */
export function closedInstance(instance: object): TaskLockUsageError {
  return new TaskLockUsageError(
    `${classNameOf(instance)} has a method with @TaskLock, and its instance is frozen or sealed: it cannot be given its ` +
      `lock. Leave out Object.freeze(this), or freeze what the instance holds.`,
  );
}

/** Nest prints this description where a class with `@TaskLock` stands in an application without the module. */
export const DISPATCHER_TOKEN = oncePerProcess('dispatcher token', () =>
  Symbol(
    'the lock of @TaskLock: import TaskLockModule.forRoot() into the application, ' +
      "or TaskLockTestingModule from 'nestjs-task-lock/testing' into a test",
  ),
);

/** A call of a decorated method. */
export interface DecoratedCall {
  instance: object;
  declaration: TaskLockDeclaration;
  /** The method below `@TaskLock`. */
  method: Method;
  args: unknown[];
}

/** Runs decorated methods. Each application in the process has one. */
export interface TaskDispatcher {
  /** Marks a real dispatcher. With the auto-mock of a test a method would silently never run. */
  readonly [DISPATCHER]: true;
  call(call: DecoratedCall): Promise<unknown>;
}

interface Runnable {
  [DISPATCHER]: TaskDispatcher;
}

/** Whether a dispatcher was injected into the instance of a call. */
export function isRunnable(instance: unknown): instance is Runnable {
  const isObject = typeof instance === 'object' && instance !== null;
  return isObject && DISPATCHER in instance && isDispatcher(instance[DISPATCHER]);
}

/** The instance of a call has no dispatcher: the method must never run unlocked in silence. */
export function notRunnable(instance: unknown, key: string | symbol): TaskLockUsageError {
  const isObject = typeof instance === 'object' && instance !== null;
  const member = isObject ? memberOf(instance, key) : `${String(key)} (called without its instance)`;
  return new TaskLockUsageError(
    `${member} is decorated with @TaskLock and has no lock to run under. In an application, import ` +
      `TaskLockModule.forRoot() and let Nest create the instance (one that a factory makes has its lock once the ` +
      `application is initialised); in a test, import TaskLockTestingModule, or call attachTaskLock(instance), both ` +
      `from 'nestjs-task-lock/testing'.`,
  );
}

function isDispatcher(injected: unknown): injected is TaskDispatcher {
  return (
    typeof injected === 'object' &&
    injected !== null &&
    DISPATCHER in injected &&
    injected[DISPATCHER] === true
  );
}

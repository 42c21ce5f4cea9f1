import type { Method } from './method-proxy.js';
import { memberOf } from '../tasks/declaration.js';
import type { TaskLockDeclaration } from '../tasks/declaration.js';
import { TaskLockUsageError } from '../tasks/errors.js';

/** The property of an instance that holds its application's runtime; two copies of this package share it. */
export const RUNTIME = Symbol.for('nestjs-task-lock:runtime');

/** A call of a decorated method. */
export interface DecoratedCall {
  instance: object;
  declaration: TaskLockDeclaration;
  /** What stands below `@TaskLock`. */
  method: Method;
  args: unknown[];
}

/** What runs decorated methods; each application in the process has one. */
export interface TaskRuntime {
  /** Tells a runtime from what the auto-mocker of a test injects: a method would never run, in silence. */
  readonly [RUNTIME]: true;
  call(call: DecoratedCall): Promise<unknown>;
}

interface Runnable {
  [RUNTIME]: TaskRuntime;
}

/**
 * Checks that a runtime was injected into the instance of a call.
 *
 * @throws TaskLockUsageError where there is none: the method must never run unlocked in silence
 */
export function assertRunnable(instance: unknown, key: string | symbol): asserts instance is Runnable {
  const isObject = typeof instance === 'object' && instance !== null;
  if (isObject && RUNTIME in instance && isRuntime(instance[RUNTIME])) return;
  const member = isObject ? memberOf(instance, key) : `${String(key)} (called without its instance)`;
  throw new TaskLockUsageError(
    `${member} is decorated with @TaskLock and has no lock to run under. In an application, import ` +
      `TaskLockModule.forRoot() and let Nest create the instance (one that a factory makes has its lock once the ` +
      `application is initialised); in a test, import TaskLockTestingModule, or call attachTaskLock(instance), both ` +
      `from 'nestjs-task-lock/testing'.`,
  );
}

function isRuntime(injected: unknown): injected is TaskRuntime {
  return (
    typeof injected === 'object' && injected !== null && RUNTIME in injected && injected[RUNTIME] === true
  );
}

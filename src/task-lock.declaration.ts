import 'reflect-metadata';
import type { TaskCronSchedule, TaskLockDefinition } from './task-lock.options.js';

/** One application of `@TaskLock` to a method. */
export interface TaskLockDeclaration {
  key: string | symbol;
  definition: TaskLockDefinition;
  /** The schedule that @TaskCron gives. */
  cron?: TaskCronSchedule;
}

type ClassRef = abstract new (...args: never) => unknown;

// Kept on the class and not on the method: another decorator may replace the method and drop its metadata. Symbol.for,
// so that a second copy of this package finds what the first one declared.
const DECLARATIONS = Symbol.for('nestjs-task-lock:declarations');

export function declare(prototype: object, declaration: TaskLockDeclaration): void {
  Reflect.defineMetadata(DECLARATIONS, [...ownDeclarations(prototype), declaration], prototype);
}

/** All declarations of an instance's class and of those that it inherits from; the most derived class stands first. */
export function declarationsOf(instance: object): TaskLockDeclaration[] {
  const declarations: TaskLockDeclaration[] = [];
  for (
    let level: unknown = Object.getPrototypeOf(instance);
    isObject(level);
    level = Object.getPrototypeOf(level)
  ) {
    declarations.push(...ownDeclarations(level));
  }
  return declarations;
}

/** `Jobs.cleanUp`, as errors and logs name a method. */
export function memberOf(type: ClassRef | object, key: string | symbol): string {
  const owner = typeof type === 'function' ? type : type.constructor;
  return `${owner.name || '(anonymous class)'}.${String(key)}`;
}

function ownDeclarations(prototype: object): TaskLockDeclaration[] {
  return (Reflect.getOwnMetadata(DECLARATIONS, prototype) as TaskLockDeclaration[] | undefined) ?? [];
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

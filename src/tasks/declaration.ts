import 'reflect-metadata';
import type { TaskCronSchedule, TaskLockDefinition } from './options.js';

/** One application of `@TaskLock` to a method. */
export interface TaskLockDeclaration {
  key: string | symbol;
  definition: TaskLockDefinition;
  /** The schedule that @TaskCron gives. */
  cron?: TaskCronSchedule;
}

type ClassRef = abstract new (...args: never) => unknown;

// Kept on the class, because another decorator may replace the method and drop its metadata. `Symbol.for` lets a second
// copy of this package find what the first one declared.
const DECLARATIONS = Symbol.for('nestjs-task-lock:declarations');
const DECLARATION = Symbol.for('nestjs-task-lock:declaration');

export function declare(prototype: object, declaration: TaskLockDeclaration): void {
  Reflect.defineMetadata(DECLARATIONS, [...ownDeclarations(prototype), declaration], prototype);
}

/** The declarations of an instance's class and of its base classes, the most derived class first. */
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

/** Marks a method with its declaration. Decorators above copy the mark with the rest of the method's metadata. */
export function markMethod(method: object, declaration: TaskLockDeclaration): void {
  Reflect.defineMetadata(DECLARATION, declaration, method);
}

/**
 * Whether a method carries the mark of the declaration. An override without a decorator does not, and nothing fires it.
 */
export function isMarkedWith(method: unknown, declaration: TaskLockDeclaration): boolean {
  return typeof method === 'function' && Reflect.getMetadata(DECLARATION, method) === declaration;
}

/** Whether a timer that calls the method on this instance reaches the method of this declaration, not an override. */
export function standsOn(instance: object, declaration: TaskLockDeclaration): boolean {
  const method: unknown = Reflect.get(instance, declaration.key);
  const isMarked = typeof method === 'function' && Reflect.hasMetadata(DECLARATION, method);
  if (isMarked) return isMarkedWith(method, declaration);
  // A decorator above has dropped the mark, so take the most derived declaration of this key.
  return declarationsOf(instance).find(({ key }) => key === declaration.key) === declaration;
}

/** `Jobs.cleanUp`, as errors and logs name a method. */
export function memberOf(type: ClassRef | object, key: string | symbol): string {
  return `${classNameOf(type)}.${String(key)}`;
}

/** The name of a class, or of the class of an instance. */
export function classNameOf(type: ClassRef | object): string {
  const owner = typeof type === 'function' ? type : type.constructor;
  return owner.name || '(anonymous class)';
}

function ownDeclarations(prototype: object): TaskLockDeclaration[] {
  return (Reflect.getOwnMetadata(DECLARATIONS, prototype) as TaskLockDeclaration[] | undefined) ?? [];
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

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

// Kept on the class and not on the method: another decorator may replace the method and drop its metadata. Symbol.for,
// so that a second copy of this package finds what the first one declared.
const DECLARATIONS = Symbol.for('nestjs-task-lock:declarations');
const DECLARATION = Symbol.for('nestjs-task-lock:declaration');

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

/** Says on the method which declaration it stands for; decorators above copy that with the rest of its metadata. */
export function markMethod(method: object, declaration: TaskLockDeclaration): void {
  Reflect.defineMetadata(DECLARATION, declaration, method);
}

/** Whether a method is that of the declaration: an override without a decorator is not, and is fired by nothing. */
export function isMarkedWith(method: unknown, declaration: TaskLockDeclaration): boolean {
  return typeof method === 'function' && Reflect.getMetadata(DECLARATION, method) === declaration;
}

/** Whether what a timer calls on an instance is the method of this declaration, and not one that overrides it. */
export function standsOn(instance: object, declaration: TaskLockDeclaration): boolean {
  const method: unknown = Reflect.get(instance, declaration.key);
  const isMarked = typeof method === 'function' && Reflect.hasMetadata(DECLARATION, method);
  if (isMarked) return isMarkedWith(method, declaration);
  // A decorator that stands above has dropped the mark: the most derived declaration of the key is the one.
  return declarationsOf(instance).find(({ key }) => key === declaration.key) === declaration;
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

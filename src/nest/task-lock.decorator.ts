import { Inject, UseInterceptors } from '@nestjs/common';
import type { DurationInput } from '../common/duration.js';
import { proxyOf } from '../calls/method-proxy.js';
import type { Method } from '../calls/method-proxy.js';
import { declare, markMethod, memberOf } from '../tasks/declaration.js';
import { TaskLockUsageError } from '../tasks/errors.js';
import type { TaskCronSchedule, TaskLockDefinition, TaskLockOptions } from '../tasks/options.js';
import {
  acceptDispatcher,
  DISPATCHER,
  DISPATCHER_TOKEN,
  isRunnable,
  notRunnable,
} from '../calls/dispatcher-key.js';
import { DirectCallMarker } from './direct-calls.js';

/**
 * Lets exactly one replica run each tick of a scheduled method, in any order with `@Cron`, `@Interval` and
 * `@Timeout`. On a method without a schedule it lets one call at a time run.
 *
 * A call that is skipped resolves to `undefined`, unless its `overlap` says otherwise. The method's own errors are
 * rethrown unchanged.
 *
 * @param name the lock's name: one row, one task. May hold placeholders: `${path.to.key:default}`
 * @param interval how often the task should run: milliseconds as a number, or a text with a unit (`30s`, `24h`,
 *   `PT5M`). Default: read off the schedule
 * @param options its holds, its locks for each key, and what becomes of calls, ticks and requests that find it locked
 * @throws TaskLockUsageError on a static method, a getter, an arrow property, a generator, or a method that returns an
 *   Observable
 * @example
 * @Cron(CronExpression.EVERY_HOUR)
 * @TaskLock('clean-up-aux-table')
 * async cleanUp() {}
 *
 * @example
 * @Interval(60_000)
 * @TaskLock('refresh-citations', '${citations.refreshEvery:24h}', { maxHold: '2d' })
 * async refresh() {}
 */
export function TaskLock<Args extends unknown[] = never[], Self = never>(
  name: string,
  interval?: DurationInput,
  options?: TaskLockOptions<Args, Self>,
): TaskLockDecorator<Args, AsAnnotated<Self>>;
/**
 * The same, as one object.
 *
 * @example
 * @TaskLock({ name: 'nightly-report', interval: '1d', minHold: '20h' })
 */
export function TaskLock<Args extends unknown[] = never[], Self = never>(
  definition: TaskLockDefinition<Args, Self>,
): TaskLockDecorator<Args, AsAnnotated<Self>>;
export function TaskLock(
  nameOrDefinition: string | TaskLockDefinition,
  interval?: DurationInput,
  options?: TaskLockOptions,
): TaskLockDecorator<never[]> {
  const definition: TaskLockDefinition =
    typeof nameOrDefinition === 'object' && nameOrDefinition !== null
      ? nameOrDefinition
      : { ...options, name: nameOrDefinition, interval };
  return decoratorOf(definition);
}

/** Makes the decorator of a task. `cron` is the schedule of one that @TaskCron fires. */
export function decoratorOf(definition: TaskLockDefinition, cron?: TaskCronSchedule): MethodDecorator {
  return (target: object, key: string | symbol, descriptor?: PropertyDescriptor) => {
    const method = decoratedMethod(target, key, descriptor);
    const declaration = { key, definition, cron };
    declare(target, declaration);
    acceptDispatcher(target);
    Inject(DISPATCHER_TOKEN)(target, DISPATCHER);
    const guarded = proxyOf(method, (original, instance, args) =>
      isRunnable(instance)
        ? instance[DISPATCHER].call({ instance, declaration, method: original, args })
        : Promise.reject(notRunnable(instance, key)),
    );
    markMethod(guarded, declaration);
    // In place: applyDecorators ignores a descriptor that is returned.
    if (descriptor) descriptor.value = guarded;
    // On the class: another decorator may drop what is on the method, as Sentry's `@Cron` does.
    UseInterceptors(new DirectCallMarker(key))(target.constructor);
  };
}

/**
 * Decorates any method. With a `key`, one whose parameters are those of the key function; with a `when` that has a `this`,
 * one of that class.
 */
export type TaskLockDecorator<Args extends unknown[], Self = never> = [Args, Self] extends [never[], never]
  ? MethodDecorator
  : <M extends (...args: never[]) => unknown>(
      target: [Self] extends [never] ? object : Self,
      key: string | symbol,
      descriptor: TypedPropertyDescriptor<M> & ([Args] extends [never[]] ? unknown : KeyFits<M, Args>),
    ) => void;

/** Taken from the annotation of `this` alone, and not from where the decorator is used. */
export type AsAnnotated<Self> = [Self][Self extends unknown ? 0 : never];

type KeyFits<M extends (...args: never[]) => unknown, Args extends unknown[]> =
  Parameters<M> extends readonly [...Args, ...unknown[]]
    ? unknown
    : 'the parameters of the key function are not those of the method';

function decoratedMethod(target: object, key: string | symbol, descriptor?: PropertyDescriptor): Method {
  const refuse = (what: string, instead: string): never => {
    throw new TaskLockUsageError(
      `@TaskLock cannot stand on ${memberOf(target, key)}: it is ${what}. ${instead}`,
    );
  };
  if (typeof target === 'function') refuse('static', 'Make it a method of an injectable instance.');
  if (descriptor?.get || descriptor?.set) refuse('an accessor', 'Make it a method.');
  const method: unknown = descriptor?.value;
  if (typeof method !== 'function') {
    return refuse(
      'a property',
      `Write it as a method, \`async ${String(key)}() {}\`, and not as an arrow function.`,
    );
  }
  if (/Generator/.test(Object.prototype.toString.call(method))) {
    refuse('a generator', 'Its work would run after the release: return a promise of all of it.');
  }
  if (isObservableClass(Reflect.getMetadata('design:returntype', target, key))) {
    refuse('a method that returns an Observable', 'Its work would run after the release: return a promise.');
  }
  return method as Method;
}

/** By its shape: in a bundle the application may have its own copy of rxjs. */
function isObservableClass(type: unknown): boolean {
  if (typeof type !== 'function') return false;
  const { subscribe, pipe } = (type.prototype ?? {}) as Record<string, unknown>;
  return typeof subscribe === 'function' && typeof pipe === 'function';
}

import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';

/**
 * Decorates a method in plain JavaScript, as TypeScript compiles `@first @second method() {}`.
 *
 * @param {new (...args: any[]) => object} type
 * @param {string} key
 * @param {...MethodDecorator} decorators as they would stand from top to bottom
 */
export function decorateMethod(type, key, ...decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(type.prototype, key);
  Object.defineProperty(type.prototype, key, Reflect.decorate(decorators, type.prototype, key, descriptor));
}

/**
 * The steps of the guide: the migrations, the scheduler and the lock.
 *
 * @param {typeof import('nestjs-task-lock')} taskLock the copy of the package whose module is imported
 * @param {typeof import('nestjs-task-lock/migrations')} migrations
 * @param {...(new (...args: any[]) => object)} providers
 */
export async function startApplication({ TaskLockModule }, { taskLockMigrations }, ...providers) {
  class ApplicationModule {}
  Module({
    imports: [
      TypeOrmModule.forRoot({
        type: 'postgres',
        url: process.env.DATABASE_URL,
        migrations: [...taskLockMigrations],
        migrationsRun: true,
      }),
      ScheduleModule.forRoot(),
      TaskLockModule.forRoot(),
    ],
    providers,
  })(ApplicationModule);
  const application = await NestFactory.createApplicationContext(ApplicationModule, {
    logger: ['warn', 'error'],
    abortOnError: false,
  });
  return application;
}

/**
 * Holds a method in the middle of its run: `reached` resolves once it calls `pass`, which waits for `open`.
 */
export function gate() {
  let reach = () => {};
  let open = () => {};
  const reached = new Promise((resolve) => (reach = () => resolve(undefined)));
  const opened = new Promise((resolve) => (open = () => resolve(undefined)));
  const pass = async () => {
    reach();
    await opened;
  };
  return { reached, open, pass };
}

/**
 * Calls until the call is not skipped: a tick of the same task may be running just then.
 *
 * @template T
 * @param {() => Promise<T>} call
 * @returns {Promise<T>}
 */
export async function answerOf(call) {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const answer = await call();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error('each call of 10 s was skipped');
    await delay(20);
  }
}

/**
 * Waits for something that a schedule brings about.
 *
 * @param {() => boolean} condition
 * @param {string} what
 */
export async function until(condition, what) {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited 10 s in vain for ${what}`);
    await delay(20);
  }
}

import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TaskLock, TaskLockEvents } from 'nestjs-task-lock';
import { TaskLockTestingModule } from 'nestjs-task-lock/testing';
import type * as Hub from '../../src/lock/event-hub.js';
import { answerCommands } from '../support/child.js';
import { times } from '../support/in-order.js';

/** `never`: nobody is asked whether he listens, as without the code that publishes. */
export interface EventsCommand {
  events: 'never' | 'unheard' | 'heard';
  calls: number;
}

/** Milliseconds. */
export interface EventsAnswer {
  cpu: number;
  time: number;
}

@Injectable()
class Jobs {
  @TaskLock({ name: 'decorated' })
  async decorated(): Promise<void> {}
}

@Module({ imports: [TaskLockTestingModule.forRoot()], providers: [Jobs] })
class Application {}

// The class of the built package, which the application runs.
const address = new URL('../../../dist/src/lock/event-hub.js', import.meta.url);
const { prototype } = ((await import(address.href)) as typeof Hub).EventHub;
const asks = Reflect.get(prototype, 'wants');
const never = (): boolean => false;
const application = await NestFactory.createApplicationContext(Application, { logger: ['error', 'warn'] });
const jobs = application.get(Jobs);
const { events$ } = application.get(TaskLockEvents);

answerCommands<EventsCommand, EventsAnswer>(
  async ({ events, calls }) => {
    prototype.wants = events === 'never' ? never : asks;
    let heard = 0;
    const subscription = events === 'heard' ? events$.subscribe(() => heard++) : undefined;
    const before = process.cpuUsage();
    const start = performance.now();
    await times(calls, () => jobs.decorated());
    const time = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    subscription?.unsubscribe();
    if (heard !== (subscription ? 2 * calls : 0))
      throw new Error(`${heard} events of ${calls} runs were heard`);
    return { cpu: (user + system) / 1_000, time };
  },
  () => application.close(),
);

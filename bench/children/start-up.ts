import { Injectable, Module } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TaskLock, TaskLockModule } from 'nestjs-task-lock';
import { answerCommands } from '../support/child.js';

export interface StartUpCommand {
  url: string;
  tasks: number;
  locked: boolean;
}

export interface StartUpAnswer {
  milliseconds: number;
  /** Of the heap after a collection, with the application started. */
  heap: number;
}

/** Due once a year: nothing ticks while it is measured. Sixty expressions, since some tasks share theirs. */
const yearly = (task: number): string => `0 ${task % 60} 0 1 1 *`;
const METHODS_A_CLASS = 10;

function classesWith({ tasks, locked }: StartUpCommand): Type[] {
  return Array.from({ length: tasks / METHODS_A_CLASS }, (_, index) => {
    class Jobs {}
    for (let method = 0; method < METHODS_A_CLASS; method++) {
      const key = `method${method}`;
      const descriptor: TypedPropertyDescriptor<() => Promise<void>> = {
        value: async () => {},
        configurable: true,
        writable: true,
      };
      Cron(yearly(index * METHODS_A_CLASS + method))(Jobs.prototype, key, descriptor);
      if (locked) TaskLock(`task ${index} ${method}`)(Jobs.prototype, key, descriptor);
      Object.defineProperty(Jobs.prototype, key, descriptor);
    }
    Injectable()(Jobs);
    return Jobs;
  });
}

/** One application a process: what the first has loaded, a second would have for nothing. */
answerCommands<StartUpCommand, StartUpAnswer>(async (command) => {
  const database = TypeOrmModule.forRoot({ type: 'postgres', url: command.url });
  const lock = command.locked ? [TaskLockModule.forRoot()] : [];
  const providers = classesWith(command);
  class Application {}
  Module({ imports: [database, ScheduleModule.forRoot(), ...lock], providers })(Application);
  const start = performance.now();
  const application = await NestFactory.createApplicationContext(Application, { logger: ['error', 'warn'] });
  const milliseconds = performance.now() - start;
  globalThis.gc!();
  const heap = process.memoryUsage().heapUsed;
  await application.close();
  return { milliseconds, heap };
});

import { setTimeout as delay } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import pg from 'pg';
import { TaskLockModule } from 'nestjs-task-lock';
import { answerCommands } from '../support/child.js';
import { countCalls } from '../support/count-queries.js';
import { hourlyJobs } from '../support/hourly-jobs.js';

export type HourlyCommand = { url: string; tasks: number; locked: boolean } | { milliseconds: number };

export interface HourlyAnswer {
  /** Milliseconds. */
  cpu: number;
  connects: number;
  ticks: number;
  /** Of the heap after a collection. */
  heap: number;
}

const connects = countCalls(pg.Client.prototype as unknown as Record<'connect', unknown>, 'connect');
let ticks = 0;
let application: { close(): Promise<void> } | undefined;

/** An application as it stands most of the time: its tasks are due once an hour each, on a pool with pg's defaults. */
answerCommands<HourlyCommand, HourlyAnswer>(
  async (command) => {
    const [ticksBefore, connectsBefore] = [ticks, connects()];
    let cpu = process.cpuUsage();
    if ('url' in command) {
      class Application {}
      Module({
        imports: [
          TypeOrmModule.forRoot({ type: 'postgres', url: command.url }),
          ScheduleModule.forRoot(),
          ...(command.locked ? [TaskLockModule.forRoot()] : []),
        ],
        providers: [hourlyJobs(command.tasks, () => ticks++, command.locked)],
      })(Application);
      application = await NestFactory.createApplicationContext(Application, { logger: ['error', 'warn'] });
      // What a start does for operators begins a second after it.
      await delay(3_000);
    } else {
      await delay(command.milliseconds);
    }
    cpu = process.cpuUsage(cpu);
    globalThis.gc!();
    return {
      cpu: (cpu.user + cpu.system) / 1_000,
      connects: connects() - connectsBefore,
      ticks: ticks - ticksBefore,
      heap: process.memoryUsage().heapUsed,
    };
  },
  async () => application?.close(),
);

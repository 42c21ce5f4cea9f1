import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TaskLock } from 'nestjs-task-lock';
import { TaskLockTestingModule } from 'nestjs-task-lock/testing';
import { answerCommands } from '../support/child.js';
import { times } from '../support/in-order.js';

/** `unit`: a fixed loop, by whose time the speed of the machine is told at that moment. */
export type CpuSide = 'decorated' | 'undecorated' | 'unit';

@Injectable()
class Jobs {
  ran = 0;

  async undecorated(): Promise<void> {
    this.ran++;
  }

  @TaskLock({ name: 'decorated' })
  async decorated(): Promise<void> {
    this.ran++;
  }

  async unit(): Promise<void> {
    let mixed = this.ran++;
    for (let step = 0; step < 10_000; step++) mixed = (Math.imul(mixed, 1_664_525) + 1_013_904_223) | 0;
    this.mixed = mixed;
  }

  /** Kept, or the loop could be left out. */
  mixed = 0;
}

@Module({ imports: [TaskLockTestingModule.forRoot()], providers: [Jobs] })
class Application {}

const application = await NestFactory.createApplicationContext(Application, { logger: ['error', 'warn'] });
const jobs = application.get(Jobs);

/** Milliseconds of CPU that so many calls cost this process. */
answerCommands<{ side: CpuSide; calls: number }, number>(
  async ({ side, calls }) => {
    const before = process.cpuUsage();
    const ranBefore = jobs.ran;
    await times(calls, () => jobs[side]());
    if (jobs.ran - ranBefore !== calls) throw new Error(`${jobs.ran - ranBefore} of ${calls} calls ran`);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  },
  () => application.close(),
);

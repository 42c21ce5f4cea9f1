import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TaskLock } from 'nestjs-task-lock';
import { TaskLockTestingModule } from 'nestjs-task-lock/testing';
import { answerCommands } from '../support/child.js';
import { times } from '../support/in-order.js';

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
}

@Module({ imports: [TaskLockTestingModule.forRoot()], providers: [Jobs] })
class Application {}

const application = await NestFactory.createApplicationContext(Application, { logger: ['error', 'warn'] });
const jobs = application.get(Jobs);

/** Milliseconds of CPU that so many calls cost this process. */
answerCommands<{ decorated: boolean; calls: number }, number>(
  async ({ decorated, calls }) => {
    const before = process.cpuUsage();
    const ranBefore = jobs.ran;
    await times(calls, () => (decorated ? jobs.decorated() : jobs.undecorated()));
    if (jobs.ran - ranBefore !== calls) throw new Error(`${jobs.ran - ranBefore} of ${calls} calls ran`);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  },
  () => application.close(),
);

import 'reflect-metadata';
import { Cron, CronExpression } from '@nestjs/schedule';
import { currentTaskRun, TaskLock, TaskLockService } from 'nestjs-task-lock';

export const copy = import.meta.resolve('nestjs-task-lock');
export const ticks = [];

/** As TypeScript compiles a class with `@Cron` and `@TaskLock`, whose constructor takes the service. */
export class Jobs {
  constructor(taskLock) {
    this.taskLock = taskLock;
  }

  async tick() {
    ticks.push(currentTaskRun().scheduledTime.getTime());
  }

  async slow(pass = async () => {}) {
    await pass();
    return currentTaskRun().name;
  }
}
decorate('tick', Cron(CronExpression.EVERY_SECOND), TaskLock('tick'));
decorate('slow', TaskLock('slow'));
Reflect.decorate([Reflect.metadata('design:paramtypes', [TaskLockService])], Jobs);

function decorate(key, ...decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(Jobs.prototype, key);
  Object.defineProperty(Jobs.prototype, key, Reflect.decorate(decorators, Jobs.prototype, key, descriptor));
}

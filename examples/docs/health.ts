import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService } from '@nestjs/terminus';
import { TaskLockHealthIndicator } from 'nestjs-task-lock';

@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly taskLock: TaskLockHealthIndicator,
  ) {}

  @Get('ready')
  @HealthCheck()
  ready() {
    return this.health.check([() => this.taskLock.isHealthy('taskLock')]);
  }

  @Get('tasks')
  @HealthCheck()
  tasks() {
    return this.health.check([() => this.taskLock.noneOverdue('tasks', { tasks: ['nightly-report'] })]);
  }
}

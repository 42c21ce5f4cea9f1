import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { TaskLockHealthIndicator } from 'nestjs-task-lock';

@Controller('health')
export class HealthController {
  constructor(private readonly taskLock: TaskLockHealthIndicator) {}

  // #region ready
  @Get('ready')
  async ready() {
    const health = await this.taskLock.isHealthy('taskLock');
    if (health.taskLock.status === 'down') throw new ServiceUnavailableException(health);
    return health;
  }
  // #endregion ready
}

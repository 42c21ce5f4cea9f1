import { Controller, Get, Post } from '@nestjs/common';
// #region operations
import { TaskLockOperator } from 'nestjs-task-lock';

@Controller('operations')
export class Operations {
  constructor(private readonly operator: TaskLockOperator) {}

  @Get('overdue')
  async overdue(): Promise<string[]> {
    const { items } = await this.operator.tasks({ state: 'overdue' });
    return items.map(({ name, overdueByMs }) => `${name} is late by ${overdueByMs} ms`);
  }

  @Post('reports/stop')
  async stopReports(): Promise<void> {
    const until = new Date(Date.now() + 3_600_000);
    await this.operator.pause('nightly-report', { by: 'ana', reason: 'the disk is full', until });
  }
}
// #endregion operations

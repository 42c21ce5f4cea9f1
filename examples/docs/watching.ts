import { Injectable, Logger } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { TaskLockEvents } from 'nestjs-task-lock';
import type { TaskLockEvent } from 'nestjs-task-lock';
import { concatMap } from 'rxjs';

interface MonitorClient {
  checkIn(task: string, what: string, run?: string): Promise<void>;
}

// #region checkIns
@Injectable()
export class CheckIns implements OnModuleInit {
  private readonly logger = new Logger('CheckIns');

  constructor(
    private readonly taskLockEvents: TaskLockEvents,
    private readonly monitor: MonitorClient,
  ) {}

  onModuleInit(): void {
    // One after another, so that no end overtakes its start.
    this.taskLockEvents.events$.pipe(concatMap((event) => this.send(event))).subscribe();
  }

  private async send(event: TaskLockEvent): Promise<void> {
    try {
      if (event.type === 'run-started') await this.monitor.checkIn(event.name, 'in progress', event.token);
      if (event.type === 'run-finished') await this.monitor.checkIn(event.name, event.outcome, event.token);
      if (event.type === 'tick-missed') await this.monitor.checkIn(event.name, `missed ${event.count} ticks`);
    } catch (error) {
      this.logger.warn(error); // an error would end the stream, and all check-ins with it
    }
  }
}
// #endregion checkIns

import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import * as Sentry from '@sentry/node';
import { TaskLockEvents } from 'nestjs-task-lock';

/** Reports a tick that failed. What a request called is reported by Sentry's filter. */
@Injectable()
export class SentryFailedTicks implements OnModuleInit {
  constructor(private readonly taskLockEvents: TaskLockEvents) {}

  onModuleInit(): void {
    this.taskLockEvents.events$.subscribe((event) => {
      if (event.type !== 'run-finished' || event.outcome !== 'failed' || !event.scheduledTime) return;
      Sentry.captureMessage(`${event.name}: ${event.error}`, 'error');
    });
  }
}

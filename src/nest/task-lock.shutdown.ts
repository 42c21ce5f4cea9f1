import { Injectable, Logger } from '@nestjs/common';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import { formatDuration } from '../common/duration.js';
import type { EventHub } from '../lock/event-hub.js';
import type { TaskLocks } from '../lock/task-locks.js';
import type { RequestPoller } from '../requests/poller.js';

import type { TaskLockCore } from './core.js';

/** How many names of running tasks a line of the log holds. */
const MOST_NAMES = 10;

/** Ends the locks of an application before TypeORM closes its data source (in `onApplicationShutdown`). */
@Injectable()
export class TaskLockShutdown implements BeforeApplicationShutdown {
  private readonly logger = new Logger('TaskLock');

  constructor(
    private readonly locks: TaskLocks,
    private readonly poller: RequestPoller,
    private readonly operating: TaskLockCore['operating'],
    private readonly events: EventHub,
    private readonly shutdownTimeout: number,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    this.poller.end();
    this.operating?.background.end();
    const running = this.locks.runningNames();
    if (running.length > 0) this.logger.log(describeShutdown(running, this.shutdownTimeout));
    await this.locks.stop(this.shutdownTimeout);
    await this.operating?.triggers.close();
    // After the last run: its end is an event, too.
    this.events.end();
  }
}

/** What a shutdown waits for: until it is over the port is taken, which surprises whoever restarts an application. */
export function describeShutdown(running: readonly string[], timeout: number): string {
  const tasks = running.length === 1 ? '1 running task' : `${running.length} running tasks`;
  const named = running.slice(0, MOST_NAMES).map((name) => `"${name}"`);
  if (running.length > named.length) named.push(`and ${running.length - named.length} more`);
  const what = timeout > 0 ? `waits up to ${formatDuration(timeout)} for` : 'aborts';
  return `The shutdown ${what} ${tasks}: ${named.join(', ')}.${developmentHint(timeout)}`;
}

function developmentHint(timeout: number): string {
  if (process.env['NODE_ENV'] === 'production' || timeout === 0) return '';
  return (
    ' In development, `nest start --watch --no-shell` starts the new process only after that, and a shorter ' +
    'shutdownTimeout makes it sooner.'
  );
}

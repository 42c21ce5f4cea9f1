import { Injectable, Logger } from '@nestjs/common';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import { formatDuration } from '../common/duration.js';
import type { TaskLockCore } from './core.js';

/** How many names of running tasks a line of the log holds. */
const MOST_NAMES = 10;

/** Ends the locks of an application before TypeORM closes its data source (in `onApplicationShutdown`). */
@Injectable()
export class TaskLockShutdown implements BeforeApplicationShutdown {
  private readonly logger = new Logger('TaskLock');

  constructor(
    private readonly core: Pick<
      TaskLockCore,
      'locks' | 'leaders' | 'poller' | 'operating' | 'events' | 'settings'
    >,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    const { locks, leaders, poller, operating, events, settings } = this.core;
    const { shutdownTimeout } = settings;
    poller.end();
    operating?.background.end();
    const running = locks.runningNames();
    if (running.length > 0) this.logger.log(describeShutdown(running, shutdownTimeout));
    // Before any run is awaited: leaders hand over at once. The locks wait for what that takes.
    void leaders.stop();
    await locks.stop(shutdownTimeout);
    await operating?.triggers.close();
    // After the last run: its end is an event, too.
    events.end();
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

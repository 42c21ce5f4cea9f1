import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { TaskLocks } from '../lock/task-locks.js';
import type { RequestPoller } from '../requests/poller.js';

/** Ends the locks of an application before TypeORM closes its data source (in `onApplicationShutdown`). */
@Injectable()
export class TaskLockShutdown implements BeforeApplicationShutdown {
  constructor(
    private readonly locks: TaskLocks,
    private readonly poller: RequestPoller,
    private readonly shutdownTimeout: number,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    this.poller.end();
    await this.locks.stop(this.shutdownTimeout);
  }
}

import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { currentTaskRun, TaskLock, TaskLockService } from 'nestjs-task-lock';
import type { TaskRun } from 'nestjs-task-lock';
import { Carrier, Parcels } from './parcels.js';

@Injectable()
export class ParcelTracking {
  constructor(
    private readonly taskLock: TaskLockService,
    private readonly carrier: Carrier,
    private readonly parcels: Parcels,
  ) {}

  @Cron('*/15 * * * *', { name: 'parcel-tracking' })
  @TaskLock('parcel-tracking')
  async track(): Promise<void> {
    await this.update(currentTaskRun()!);
  }

  /** Called by an endpoint. */
  async trackNow(): Promise<void> {
    await using lock = await this.taskLock.acquire('parcel-tracking', { wait: '2s' });
    await this.update(lock);
  }

  private async update(run: TaskRun): Promise<void> {
    const states = await this.carrier.states(run.signal);
    await run.transaction((manager) => this.parcels.write(states, manager));
  }
}

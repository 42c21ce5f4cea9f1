import { Injectable } from '@nestjs/common';
import { TaskLockLeader } from 'nestjs-task-lock';
import type { TaskRun } from 'nestjs-task-lock';
import { Carrier } from './parcels.js';

@Injectable()
@TaskLockLeader('carrier-feed', { lease: '15s' })
export class CarrierFeed {
  constructor(private readonly carrier: Carrier) {}

  async onElected(run: TaskRun): Promise<void> {
    await this.carrier.listen(run.signal);
  }

  async onDeposed(): Promise<void> {
    await this.carrier.hangUp();
  }
}

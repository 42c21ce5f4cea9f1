import { Injectable } from '@nestjs/common';
import { Locks, LocksContext, OnOneInstance, WithoutOverlapping } from '@nestjs/locks';
import { Cron } from '@nestjs/schedule';
import { Carrier, Parcels } from './parcels.js';

@Injectable()
export class ParcelTracking {
  constructor(
    private readonly locks: Locks,
    private readonly context: LocksContext,
    private readonly carrier: Carrier,
    private readonly parcels: Parcels,
  ) {}

  @Cron('*/15 * * * *', { name: 'parcel-tracking' })
  @OnOneInstance({ key: 'parcel-tracking' })
  @WithoutOverlapping()
  async track(): Promise<void> {
    await this.update();
  }

  /** Called by an endpoint. */
  async trackNow(): Promise<void> {
    await this.locks.withLock('parcel-tracking', () => this.update(), { wait: '2s' });
  }

  private async update(): Promise<void> {
    const { signal, fencingToken } = this.context;
    const states = await this.carrier.states(signal);
    await this.parcels.writeFenced(states, fencingToken!);
  }
}

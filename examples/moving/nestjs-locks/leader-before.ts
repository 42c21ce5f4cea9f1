import { Injectable } from '@nestjs/common';
import { LeaderElection } from '@nestjs/locks';
import type { Lock, OnLeadershipAcquired, OnLeadershipLost } from '@nestjs/locks';
import { Carrier } from './parcels.js';

@Injectable()
@LeaderElection('carrier-feed', { ttl: '15s' })
export class CarrierFeed implements OnLeadershipAcquired, OnLeadershipLost {
  constructor(private readonly carrier: Carrier) {}

  async onLeadershipAcquired(lock: Lock): Promise<void> {
    await this.carrier.listen(lock.signal);
  }

  async onLeadershipLost(): Promise<void> {
    await this.carrier.hangUp();
  }
}

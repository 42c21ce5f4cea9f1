import type { ClaimAnswer, ClaimRequest, LockStore, ReleaseAnswer, RenewAnswer } from '../lock-store.js';
import type { LockClock } from '../../common/clock.js';
import { InMemoryRequestStore } from './memory-request-store.js';

/** Grants every claim: what `enabled: false` runs on. Runs get a token and a growing fence, and exclude nobody. */
export class UnlockedStore implements LockStore {
  readonly requests: InMemoryRequestStore;
  private fence = 0n;

  constructor(private readonly clock: LockClock) {
    this.requests = new InMemoryRequestStore(
      () => clock.now(),
      (_, token) => token !== undefined,
    );
  }

  async prepare(): Promise<void> {}

  async claim(requests: readonly ClaimRequest[]): Promise<ClaimAnswer[]> {
    return requests.map((request) => this.grant(request));
  }

  async renew(held: readonly { lease: number }[]): Promise<RenewAnswer[]> {
    const now = this.clock.now();
    return held.map(({ lease }) => ({ status: 'renewed', now, lockedUntil: new Date(now + lease) }));
  }

  async release(held: readonly unknown[]): Promise<ReleaseAnswer[]> {
    return held.map(() => ({ status: 'released' }));
  }

  /** Nothing is locked, so nothing can be lost. */
  async holdThroughCommit(): Promise<boolean> {
    return true;
  }

  private grant({ tick, lease }: ClaimRequest): ClaimAnswer {
    const now = this.clock.now();
    const mayBeLeftBehind = tick.kind === 'scheduled' && tick.catchupWindow !== undefined;
    if (tick.kind === 'abandoned' || mayBeLeftBehind) return { status: 'done', now };
    const epoch = BigInt(Math.floor(now));
    this.fence = this.fence >= epoch ? this.fence + 1n : epoch;
    const scheduledTime =
      tick.kind === 'scheduled' ? tick.scheduledTime : tick.kind === 'kept' ? new Date(now) : undefined;
    return {
      status: 'won',
      now,
      fence: this.fence,
      startedAt: new Date(now),
      scheduledTime,
      lockedUntil: new Date(now + lease),
      recovering: false,
    };
  }
}

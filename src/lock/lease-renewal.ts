import type { HeldLock } from './held-lock.js';
import { instantOf } from '../common/clock.js';
import { startPause, within } from '../common/timeouts.js';
import type { LockClock } from '../common/clock.js';
import type { LockStore, RenewAnswer } from '../store/lock-store.js';
import { retryDelay } from '../common/backoff.js';
import { messageOf } from '../common/error-text.js';

/** A run renews its lease when a third of it has passed, which leaves two for retries. */
const RENEWALS_A_LEASE = 3;

/** Keeps the lease of one run ahead of the clock. A run that ends before the first renewal costs no query. */
export class LeaseRenewal {
  private ended = false;
  private cancelNext = (): void => {};
  private cutPauseShort = (): void => {};
  private underWay: Promise<void> = Promise.resolve();

  constructor(
    private readonly lock: HeldLock,
    private readonly store: LockStore,
    private readonly clock: LockClock,
    /** Milliseconds that a renewal may take before it is sent again. */
    private readonly patience: number,
  ) {
    this.planNext();
  }

  /**
   * No more renewals. Resolves when the one that is under way has its answer: one that reached the database after the
   * release could not lock the row again, but the release would meet its row lock.
   */
  end(): Promise<void> {
    this.ended = true;
    this.cancelNext();
    this.cutPauseShort();
    return this.underWay;
  }

  /**
   * Moves the lease to `lease` milliseconds from now, never past the maximum hold, and repeats that until it is
   * answered or the lock is lost. A query that failed, or that met a locked row, has lost nothing.
   */
  async renew(lease: number): Promise<void> {
    for (let tries = 0; this.lock.isHeld() && !this.ended; tries++) {
      const sentAt = instantOf(this.clock);
      const answer = await this.ask(lease);
      if (answer?.status === 'renewed') return this.lock.renewed(sentAt, lease);
      if (answer?.status === 'lost' && this.lock.isOpen) return this.lock.lose('taken');
      if (this.ended) return;
      const wait = startPause(this.clock, retryDelay(tries));
      this.cutPauseShort = wait.end;
      await wait.over;
    }
  }

  private planNext(): void {
    const { lease } = this.lock.state;
    const left = this.lock.timeLeft();
    // A lease that reaches to the maximum hold needs no renewal.
    if (this.lock.holdLeft() <= left) return;
    this.cancelNext = this.clock.timer(Math.max(left - lease + lease / RENEWALS_A_LEASE, 0), () => {
      this.underWay = this.renew(lease).then(() => {
        this.lock.expire();
        if (this.lock.isOpen && !this.ended) this.planNext();
      });
    });
  }

  private async ask(lease: number): Promise<RenewAnswer | undefined> {
    const { name, token, maxHold } = this.lock.state;
    const asked = { aborted: false };
    // One that hangs for as long as the lease has left would lose it without a second try.
    const patience = Math.min(this.patience, lease / RENEWALS_A_LEASE);
    try {
      const renewal = this.store.renew([{ name, token, lease, maxHold }], asked);
      return (await within(this.clock, patience, renewal))?.[0];
    } catch (error) {
      this.lock.renewalProblem = messageOf(error);
      return undefined;
    } finally {
      asked.aborted = true;
    }
  }
}

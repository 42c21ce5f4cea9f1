import type { HeldLock } from './held-lock.js';
import { instantOf } from '../common/clock.js';
import { startPause, within } from '../common/timeouts.js';
import type { LockClock } from '../common/clock.js';
import type { LockRows, RenewAnswer } from '../store/lock-store.js';
import { retryDelay } from '../common/backoff.js';
import { messageOf } from '../common/error-text.js';

/** A run renews its lease when a third of it has passed, which leaves two for retries. */
const RENEWALS_A_LEASE = 3;

/** Renews the lease of one run. A run that ends before its first renewal costs no query. */
export class LeaseRenewal {
  private ended = false;
  private cancelNext = (): void => {};
  private cutPauseShort = (): void => {};
  private underWay: Promise<void> = Promise.resolve();

  constructor(
    private readonly lock: HeldLock,
    private readonly store: LockRows,
    private readonly clock: LockClock,
    /** Milliseconds that a renewal may take before it is sent again. */
    private readonly answerTimeout: number,
  ) {
    this.planNext();
  }

  /**
   * Stops renewing. Resolves when the renewal under way has its answer: the release would otherwise meet its row lock.
   */
  end(): Promise<void> {
    this.ended = true;
    this.cancelNext();
    this.cutPauseShort();
    return this.underWay;
  }

  /**
   * Moves the lease to `lease` milliseconds from now, never past the maximum hold. Retries until there is an answer or
   * the lock is lost: a query that failed, or met a locked row, has lost nothing.
   */
  async renew(lease: number): Promise<void> {
    for (let tries = 0; this.lock.isHeld() && !this.ended; tries++) {
      const sentAt = instantOf(this.clock);
      const answer = await this.send(lease);
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

  private async send(lease: number): Promise<RenewAnswer | undefined> {
    const { name, token, maxHold } = this.lock.state;
    const wanted = { aborted: false };
    // A renewal that hung for the rest of the lease would lose it without a second try.
    const timeout = Math.min(this.answerTimeout, this.lock.state.lease / RENEWALS_A_LEASE);
    try {
      const renewal = this.store.renew([{ name, token, lease, maxHold }], wanted);
      return (await within(this.clock, timeout, renewal))?.[0];
    } catch (error) {
      this.lock.renewalProblem = messageOf(error);
      return undefined;
    } finally {
      wanted.aborted = true;
    }
  }
}

import type { HeldLock } from './held-lock.js';
import { elapsedSince, instantOf } from '../common/clock.js';
import { startPause, within } from '../common/timeouts.js';
import type { Instant, LockClock } from '../common/clock.js';
import type { Cancellation, LockRows, RenewAnswer } from '../store/lock-store.js';
import { retryDelay } from '../common/backoff.js';
import { messageOf } from '../common/error-text.js';

/** A run renews its lease when a third of it has passed, which leaves two for retries. */
const RENEWALS_A_LEASE = 3;

/**
 * Renews the lease of one run until its maximum hold, also where the lease reaches that already: a renewal is where the
 * run hears that it was cancelled. A run that ends before its first renewal costs no query.
 */
export class LeaseRenewal {
  private ended = false;
  /** When the last renewal was sent that succeeded; before that, the claim. */
  private renewedAt: Instant;
  private cancelNext = (): void => {};
  private cutPauseShort = (): void => {};
  private underWay?: Promise<void>;

  constructor(
    private readonly lock: HeldLock,
    private readonly store: LockRows,
    private readonly clock: LockClock,
    /** Milliseconds that a renewal may take before it is sent again. */
    private readonly answerTimeout: number,
  ) {
    this.renewedAt = lock.state.sentAt;
    this.planNext();
  }

  /**
   * Stops renewing. Where a renewal is under way, resolves when it has its answer: the release would otherwise meet its
   * row lock.
   */
  end(): Promise<void> | undefined {
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
      if (answer?.status === 'renewed') return this.renewed(sentAt, lease, answer.cancelled);
      if (answer?.status === 'lost' && this.lock.isOpen) return this.lock.lose('taken');
      if (this.ended) return;
      const wait = startPause(this.clock, retryDelay(tries));
      this.cutPauseShort = wait.end;
      await wait.over;
    }
  }

  private renewed(sentAt: Instant, lease: number, cancelled?: Cancellation): void {
    this.renewedAt = sentAt;
    this.lock.renewed(sentAt, lease);
    if (cancelled) this.lock.cancel(cancelled);
  }

  private planNext(): void {
    const { lease } = this.lock.state;
    const delay = Math.max(lease / RENEWALS_A_LEASE - elapsedSince(this.clock, this.renewedAt), 0);
    if (this.lock.holdLeft() <= delay) return;
    this.cancelNext = this.clock.timer(delay, () => {
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
      const answers = await within(this.clock, timeout, renewal);
      if (!answers) this.lock.renewalFailed('the database did not answer');
      return answers?.[0];
    } catch (error) {
      this.lock.renewalFailed(messageOf(error));
      return undefined;
    } finally {
      wanted.aborted = true;
    }
  }
}

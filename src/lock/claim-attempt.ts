import { randomUUID } from 'node:crypto';
import { instantOf } from './lock-clock.js';
import type { Instant, LockClock } from './lock-clock.js';
import { LockStoreUnavailableError } from './lock-store.js';
import type { ClaimAnswer, ClaimRequest, LockStore } from './lock-store.js';

export type WonAnswer = Extract<ClaimAnswer, { status: 'won' }>;

/**
 * One token and all the asks sent with it. An ask whose answer never came may have won, or may win yet: `onStray`
 * is called for every win that no run uses, or the row would stay held with nobody running.
 */
export class ClaimAttempt {
  readonly token = randomUUID();
  private firstSentAt?: Instant;
  private used?: WonAnswer;
  private closed = false;
  /** The row may carry this token. */
  private suspect = false;

  constructor(
    private readonly store: LockStore,
    private readonly clock: LockClock,
    private readonly request: Omit<ClaimRequest, 'token'>,
    private readonly onStray: (token: string) => void,
  ) {}

  /**
   * When the token was first sent: the local deadline counts from here. Counted from a second ask, it would end
   * after the lease that the first one took, and two replicas would hold the lock.
   */
  get sentAt(): Instant {
    return this.firstSentAt ?? instantOf(this.clock);
  }

  /** Sends the claim once more; resolves to nothing when `signal` aborts before the answer. */
  ask(signal: AbortSignal): Promise<ClaimAnswer | undefined> {
    this.firstSentAt ??= instantOf(this.clock);
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
      this.store.claim([{ ...this.request, token: this.token }], signal).then(
        ([answer]) => {
          if (answer?.status === 'won') this.observeWin(answer);
          resolve(answer);
        },
        (error: unknown) => {
          if (error instanceof LockStoreUnavailableError && error.sent) this.observeUncertainty();
          reject(error);
        },
      );
    });
  }

  /** A run starts with this answer. */
  use(answer: WonAnswer): void {
    this.used = answer;
    this.suspect = false;
  }

  /** No more asks: what won and is not used by now, or wins later, goes back. */
  close(): void {
    this.closed = true;
    if (this.suspect) this.onStray(this.token);
  }

  private observeWin(answer: WonAnswer): void {
    if (answer.fence === this.used?.fence) return;
    this.suspect = true;
    if (this.closed) this.onStray(this.token);
  }

  private observeUncertainty(): void {
    if (this.used) return;
    this.suspect = true;
    if (this.closed) this.onStray(this.token);
  }
}

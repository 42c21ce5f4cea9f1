import { randomUUID } from 'node:crypto';
import { instantOf, patienceOf } from './lock-clock.js';
import type { Instant, LockClock } from './lock-clock.js';
import { LockStoreUnavailableError } from './lock-store.js';
import type { ClaimAnswer, ClaimRequest, LockStore, WonAnswer } from './lock-store.js';
import type { UnfinishedWork } from './unfinished-work.js';

/** What an attempt needs of the one who makes it. */
export interface AttemptContext {
  /** Each ask counts as unfinished until its answer: a shutdown that did not wait could not give back what it won. */
  unfinished: UnfinishedWork;
  /** Aborts when the claim is given up. */
  giveUp: AbortSignal;
  /** Called for every win that no run uses, or the row would stay held with nobody running. */
  onStray: (token: string) => void;
}

/** One token and all the asks sent with it. An ask whose answer never came may have won, or may win yet. */
export class ClaimAttempt {
  readonly token = randomUUID();
  private readonly givenUp: Promise<undefined>;
  private firstSentAt?: Instant;
  private used?: WonAnswer;
  private closed = false;
  /** The row may carry this token. */
  private suspect = false;
  private readonly unanswered = new Set<Promise<ClaimAnswer | undefined>>();

  constructor(
    private readonly store: LockStore,
    private readonly clock: LockClock,
    private readonly request: Omit<ClaimRequest, 'token'>,
    private readonly context: AttemptContext,
  ) {
    // One listener for all asks: with one each, Node warns of a leak where a claim is asked a dozen times.
    this.givenUp = new Promise((resolve) => {
      context.giveUp.addEventListener('abort', () => resolve(undefined), { once: true });
    });
  }

  /**
   * When the token was first sent: the local deadline counts from here. Counted from a second ask, it would end
   * after the lease that the first one took, and two replicas would hold the lock.
   */
  get sentAt(): Instant {
    return this.firstSentAt ?? instantOf(this.clock);
  }

  /**
   * Sends the claim once more, and resolves to the next answer to any of its asks: one whose connection died without a
   * word must not keep the others waiting. Resolves to nothing after `patience` milliseconds without one, and when the
   * claim is given up.
   */
  async ask(patience: number): Promise<ClaimAnswer | undefined> {
    this.firstSentAt ??= instantOf(this.clock);
    const sent = this.context.unfinished.track(this.send());
    this.unanswered.add(sent);
    const answered = (): void => void this.unanswered.delete(sent);
    sent.then(answered, answered);
    const late = patienceOf(this.clock, patience);
    try {
      return await Promise.race([...this.unanswered, this.givenUp, late.over]);
    } finally {
      late.end();
    }
  }

  /** Whether an ask is under way. */
  get isWaiting(): boolean {
    return this.unanswered.size > 0;
  }

  /** A run starts with this answer. */
  use(answer: WonAnswer): void {
    this.used = answer;
    this.suspect = false;
  }

  /** No more asks: what won and is not used by now, or may have won, or wins later, goes back. */
  close(): void {
    this.closed = true;
    const isUncertain = this.suspect || this.unanswered.size > 0;
    if (isUncertain && !this.used) this.context.onStray(this.token);
  }

  private async send(): Promise<ClaimAnswer | undefined> {
    try {
      const [answer] = await this.store.claim([{ ...this.request, token: this.token }], this.context.giveUp);
      if (answer?.status === 'won') this.observeWin(answer);
      return answer;
    } catch (error) {
      if (error instanceof LockStoreUnavailableError && error.sent) this.observeUncertainty();
      throw error;
    }
  }

  private observeWin(answer: WonAnswer): void {
    if (answer.fence === this.used?.fence) return;
    this.suspect = true;
    if (this.closed) this.context.onStray(this.token);
  }

  private observeUncertainty(): void {
    if (this.used) return;
    this.suspect = true;
    if (this.closed) this.context.onStray(this.token);
  }
}

import { randomUUID } from 'node:crypto';
import { instantOf, patienceOf } from './lock-clock.js';
import type { Instant, LockClock, Patience } from './lock-clock.js';
import { LockStoreUnavailableError } from './lock-store.js';
import type { ClaimAnswer, ClaimRequest, LockStore, WonAnswer } from './lock-store.js';
import type { UnfinishedWork } from './unfinished-work.js';

/** What an attempt needs of the one who makes it. */
export interface AttemptContext {
  /** Each ask counts as unfinished until its answer: a shutdown that did not wait could not give back what it won. */
  unfinished: UnfinishedWork;
  /** Called for every win that no run uses, or the row would stay held with nobody running. */
  onStray: (token: string) => void;
}

/** One token and all the asks sent with it. An ask whose answer never came may have won, or may win yet. */
export class ClaimAttempt {
  readonly token = randomUUID();
  private readonly givingUp = new AbortController();
  private patience?: Patience;
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
  ) {}

  /** Aborts when the claim is given up. */
  get signal(): AbortSignal {
    return this.givingUp.signal;
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
    const sent = this.send();
    this.unanswered.add(sent);
    const end = this.context.unfinished.begin();
    const answered = (): void => {
      this.unanswered.delete(sent);
      end();
    };
    sent.then(answered, answered);
    this.patience = patienceOf(this.clock, patience);
    try {
      return await Promise.race([...this.unanswered, this.patience.over]);
    } finally {
      this.patience.end();
    }
  }

  /** What has not been sent must not be sent any more. What was sent is still looked after. */
  giveUp(): void {
    this.givingUp.abort();
    this.patience?.end();
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
    // One that still waits for a connection would be sent for nothing, and keep those in its batch from being given up.
    if (this.unanswered.size > 0) this.giveUp();
  }

  private async send(): Promise<ClaimAnswer | undefined> {
    try {
      const [answer] = await this.store.claim([{ ...this.request, token: this.token }], this.signal);
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

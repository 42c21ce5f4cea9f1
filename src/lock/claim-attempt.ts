import { randomUUID } from 'node:crypto';
import { instantOf } from '../common/clock.js';
import type { Instant, LockClock } from '../common/clock.js';
import type { InFlight } from '../common/in-flight.js';
import { LockStoreUnavailableError } from '../common/store-unavailable.error.js';
import { startPause } from '../common/timeouts.js';
import type { ClaimAnswer, ClaimRequest, LockRows, WonAnswer } from '../store/lock-store.js';
import type { TaskClaim } from './task-claim.js';

const nothing = (): void => {};

/** One token, and every time that it is sent. A send whose answer never came may have won, or may win yet. */
export class ClaimAttempt {
  readonly token = randomUUID();
  private readonly request: ClaimRequest;
  /** Given to the store: what is not sent when the claim is given up must not be sent any more. */
  private readonly wanted = { aborted: false };
  /** Settle the wait for an answer, and end the timer or the pause of what is waited for. */
  private resolve: (answer?: ClaimAnswer) => void = nothing;
  private reject: (error: Error) => void = nothing;
  private endTimer = nothing;
  private endPause = nothing;
  private firstSentAt?: Instant;
  private used?: WonAnswer;
  private closed = false;
  private runIsOver = false;
  /** The row may carry this token with no run using it. */
  private mayHoldRow = false;
  private unanswered = 0;

  constructor(
    private readonly store: LockRows,
    private readonly clock: LockClock,
    private readonly claim: TaskClaim,
    replica: string,
    /** Each send counts until its answer: a shutdown that did not wait could not return what it won. */
    private readonly inFlight: InFlight,
    /** Called for every win that no run uses, or the row would stay held with nobody running. */
    private readonly onStray: (token: string, claim: TaskClaim) => void,
  ) {
    const { name, task, trigger, evenIfPaused, tick, recover, minHold, lease, tolerance } = claim;
    const { token } = this;
    this.request = {
      name,
      task,
      trigger,
      evenIfPaused,
      token,
      replica,
      tick,
      recover,
      minHold,
      lease,
      tolerance,
    };
  }

  get isGivenUp(): boolean {
    return this.wanted.aborted;
  }

  /**
   * When the token was first sent: the local deadline counts from here. Counted from a second send, it would end after
   * the lease that the first one took, and two replicas would hold the lock.
   */
  get sentAt(): Instant {
    return this.firstSentAt ?? instantOf(this.clock);
  }

  /**
   * Sends the claim once more, and resolves to the next answer to any of its sends: one whose connection died without a
   * word must not keep the others waiting. Resolves to nothing after `timeout` milliseconds without an answer, and when
   * the claim is given up.
   */
  send(timeout: number): Promise<ClaimAnswer | undefined> {
    this.firstSentAt ??= instantOf(this.clock);
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
      this.endTimer = this.clock.timer(timeout, () => resolve(undefined), true);
      this.ask();
    });
  }

  /** Waits before the next send. Ends when the claim is given up. */
  async pause(delay: number): Promise<void> {
    const pause = startPause(this.clock, delay);
    this.endPause = pause.end;
    if (this.isGivenUp) pause.end();
    await pause.over;
  }

  /** Nothing more is sent. Answers to what was sent are still heeded. */
  giveUp(): void {
    this.wanted.aborted = true;
    this.answered();
    this.endPause();
  }

  /** A run starts with this answer. */
  use(answer: WonAnswer): void {
    this.used = answer;
    this.mayHoldRow = false;
  }

  /** The run is over and its release was answered: a return that came first would give back a tick that ran. */
  endRun(): void {
    this.runIsOver = true;
    if (this.mayHoldRow) this.onStray(this.token, this.claim);
  }

  /** Ends the attempt: a win that no run uses is returned, whether it is known, may have happened, or comes later. */
  close(): void {
    this.closed = true;
    const isUncertain = this.mayHoldRow || this.unanswered > 0;
    if (isUncertain && !this.used) this.onStray(this.token, this.claim);
    // A send that still waits for a connection is of no use, and would keep its batch from being given up.
    if (this.unanswered > 0) this.giveUp();
  }

  private ask(): void {
    this.inFlight.begin();
    this.unanswered++;
    this.store.claim([this.request], this.wanted).then(
      ([answer = { status: 'busy' }]) => {
        this.unanswered--;
        if (answer.status === 'won') this.observeWin(answer);
        this.answered(answer);
        this.inFlight.end();
      },
      (error: Error) => {
        this.unanswered--;
        if (error instanceof LockStoreUnavailableError && error.sent) this.observeUncertainty();
        this.endTimer();
        this.reject(error);
        this.inFlight.end();
      },
    );
  }

  /** Ends the wait, if there is one: with nothing, where the claim is given up. */
  private answered(answer?: ClaimAnswer): void {
    this.endTimer();
    this.resolve(answer);
  }

  private observeWin(answer: WonAnswer): void {
    if (answer.fence === this.used?.fence) return;
    this.mayHoldRow = true;
    if (this.closed) this.onStray(this.token, this.claim);
  }

  private observeUncertainty(): void {
    const { kind } = this.request.tick;
    // A named tick cannot be won twice. A call or an interval can: a late send may take the row after the run.
    if (this.used && (kind === 'scheduled' || kind === 'abandoned')) return;
    this.mayHoldRow = true;
    // While the run goes on the row is its own, and a release would end it.
    if (this.closed && (!this.used || this.runIsOver)) this.onStray(this.token, this.claim);
  }
}

import { randomUUID } from 'node:crypto';
import { instantOf } from '../common/clock.js';
import { startPause } from '../common/timeouts.js';
import type { Instant, LockClock } from '../common/clock.js';
import { LockStoreUnavailableError } from '../common/store-unavailable.error.js';
import type { ClaimAnswer, ClaimRequest, LockStore, TickRequest, WonAnswer } from '../store/lock-store.js';
import type { InFlight } from '../common/in-flight.js';

/** What an attempt needs of the one who makes it. */
export interface AttemptContext {
  /** Each ask counts as unfinished until its answer: a shutdown that did not wait could not give back what it won. */
  unfinished: InFlight;
  /** Called for every win that no run uses, or the row would stay held with nobody running. */
  onStray: (token: string) => void;
}

const NAMES_ITS_TICK: ReadonlySet<TickRequest['kind']> = new Set(['scheduled', 'abandoned']);

/** One token and all the asks sent with it. An ask whose answer never came may have won, or may win yet. */
export class ClaimAttempt {
  readonly token = randomUUID();
  private readonly request: ClaimRequest;
  /** What the store is handed: what was not sent when the claim is given up must not be sent any more. */
  private readonly wanted = { aborted: false };
  private stopWaiting = (): void => {};
  private answered: (answer: ClaimAnswer) => void = () => {};
  private failed: (error: Error) => void = () => {};
  private firstSentAt?: Instant;
  private used?: WonAnswer;
  private closed = false;
  private runIsOver = false;
  /** The row may carry this token. */
  private suspect = false;
  private unanswered = 0;

  constructor(
    private readonly store: LockStore,
    private readonly clock: LockClock,
    request: Omit<ClaimRequest, 'token'>,
    private readonly context: AttemptContext,
  ) {
    this.request = { token: this.token, ...request };
  }

  get isGivenUp(): boolean {
    return this.wanted.aborted;
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
  ask(patience: number): Promise<ClaimAnswer | undefined> {
    this.firstSentAt ??= instantOf(this.clock);
    return new Promise((resolve, reject) => {
      const cancel = this.clock.timer(patience, () => resolve(undefined), true);
      this.answered = (answer) => {
        cancel();
        resolve(answer);
      };
      this.failed = (error) => {
        cancel();
        reject(error);
      };
      this.stopWaiting = () => {
        cancel();
        resolve(undefined);
      };
      this.send();
    });
  }

  /** Waits before the next ask, unless the claim is given up meanwhile. */
  async pause(delay: number): Promise<void> {
    const pause = startPause(this.clock, delay);
    this.stopWaiting = pause.end;
    if (this.isGivenUp) pause.end();
    await pause.over;
  }

  /** What was sent is still looked after. */
  giveUp(): void {
    this.wanted.aborted = true;
    this.stopWaiting();
  }

  /** A run starts with this answer. */
  use(answer: WonAnswer): void {
    this.used = answer;
    this.suspect = false;
  }

  /** The run is over, and its release was sent before: a return that came first would give back a tick that ran. */
  endRun(): void {
    this.runIsOver = true;
    if (this.suspect) this.context.onStray(this.token);
  }

  /** No more asks: what won and is not used by now, or may have won, or wins later, goes back. */
  close(): void {
    this.closed = true;
    const isUncertain = this.suspect || this.unanswered > 0;
    if (isUncertain && !this.used) this.context.onStray(this.token);
    // One that still waits for a connection would be sent for nothing, and keep those in its batch from being given up.
    if (this.unanswered > 0) this.giveUp();
  }

  private send(): void {
    const { unfinished } = this.context;
    const end = unfinished.begin();
    this.unanswered++;
    this.store.claim([this.request], this.wanted).then(
      ([answer = { status: 'busy' }]) => {
        this.unanswered--;
        if (answer.status === 'won') this.observeWin(answer);
        this.answered(answer);
        end();
      },
      (error: Error) => {
        this.unanswered--;
        if (error instanceof LockStoreUnavailableError && error.sent) this.observeUncertainty();
        this.failed(error);
        end();
      },
    );
  }

  private observeWin(answer: WonAnswer): void {
    if (answer.fence === this.used?.fence) return;
    this.suspect = true;
    if (this.closed) this.context.onStray(this.token);
  }

  private observeUncertainty(): void {
    // What names its tick cannot win it again. A call, and a tick that the row keeps, may take the row once more when
    // their run is over, with nobody running.
    if (this.used && NAMES_ITS_TICK.has(this.request.tick.kind)) return;
    this.suspect = true;
    // While the run goes on the row is its own, and a release would end it.
    if (this.closed && (!this.used || this.runIsOver)) this.context.onStray(this.token);
  }
}

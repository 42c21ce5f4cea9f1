import { elapsedSince } from './lock-clock.js';
import type { Instant, LockClock } from './lock-clock.js';
import { TaskLockLostError } from './lock-errors.js';
import type { LockLossReason } from './lock-errors.js';

/** What a won claim says of the lock that it took. */
export interface HeldLockState {
  name: string;
  token: string;
  fence: bigint;
  startedAt: Date;
  scheduledTime?: Date;
  /** When the claim was first sent: the store counts the lease from a later instant, so this end is the safe one. */
  sentAt: Instant;
  /** Milliseconds from `sentAt` for which the lock may be taken for held. */
  maxHold: number;
}

/** A lock that this process took: knows whether it still holds, and tells the run when it no longer does. */
export class HeldLock {
  private readonly abortion = new AbortController();
  private readonly cancelDeadline: () => void;
  private loss?: TaskLockLostError;
  private settled = false;

  constructor(
    readonly state: Readonly<HeldLockState>,
    private readonly clock: LockClock,
    private readonly onLost: (error: TaskLockLostError) => void,
  ) {
    this.cancelDeadline = clock.timer(this.timeLeft(), () => this.lose('maximum hold'));
  }

  get signal(): AbortSignal {
    return this.abortion.signal;
  }

  /** Reads the clocks and not the timer: a process that was stopped may run on waking before its first timer. */
  isHeld(): boolean {
    return !this.settled && this.loss === undefined && this.timeLeft() > 0;
  }

  assertHeld(): void {
    if (!this.settled && this.timeLeft() <= 0) this.lose('maximum hold');
    if (this.loss) throw this.loss;
    if (this.settled) throw this.error('released');
  }

  lose(reason: LockLossReason): void {
    if (this.loss) return;
    this.loss = this.error(reason);
    this.cancelDeadline();
    this.abortion.abort(this.loss);
    this.onLost(this.loss);
  }

  /**
   * The run is over and the lock goes back. Code that the method left behind (a timer, a promise that nobody awaits)
   * holds it no longer: it would work beside the next run.
   */
  settle(): void {
    this.settled = true;
    this.cancelDeadline();
  }

  private timeLeft(): number {
    return this.state.maxHold - elapsedSince(this.clock, this.state.sentAt);
  }

  private error(reason: LockLossReason): TaskLockLostError {
    return new TaskLockLostError(this.state.name, reason, this.describe(reason));
  }

  private describe(reason: LockLossReason): string {
    const { name, maxHold } = this.state;
    if (reason === 'released') {
      return `The run of the task "${name}" is over and its lock released: await all of its work inside the method.`;
    }
    if (reason === 'shutdown') {
      return `The application is shutting down and waited its shutdownTimeout for the task "${name}": stop now.`;
    }
    return (
      `The task "${name}" ran longer than its maximum hold of ${maxHold} ms: the lock ends here, whether the method ` +
      `has settled or not, and another replica may run the task. Raise maxHold, or split the work.`
    );
  }
}

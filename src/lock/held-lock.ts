import { elapsedSince } from '../common/clock.js';
import type { Instant, LockClock } from '../common/clock.js';
import { TaskLockLostError } from './errors.js';
import type { LockLossReason } from './errors.js';
import type { Cancellation, PreviousRun } from '../store/lock-store.js';
import type { RunTrigger } from '../store/recorded-run.js';

/** What a won claim says about its lock. */
export interface HeldLockState {
  name: string;
  /** The task, and the key that the lock is for. */
  task: string;
  key?: string;
  /** Whether no decorated method has the name of the task. */
  undeclared?: boolean;
  /** Why the run began. */
  trigger: RunTrigger;
  token: string;
  fence: bigint;
  startedAt: Date;
  scheduledTime?: Date;
  /** The last tick before this run, as the row had it. */
  previousTick?: Date;
  recovering: boolean;
  previous?: PreviousRun;
  /** When the claim was first sent: the store counts the lease from a later instant, so this end is the safe one. */
  sentAt: Instant;
  /** Milliseconds for which the lock holds without a renewal. */
  lease: number;
  /** Milliseconds from `sentAt` after which it holds no longer, renewed or not. */
  maxHold: number;
  /** Milliseconds between two runs as the task should run, if that is known. */
  interval?: number;
}

/** Who is told about a lock. */
export interface LockListener {
  lost(error: TaskLockLostError, lock: HeldLock): void;
  /** An operator asked the run to stop. */
  cancelled(error: TaskLockLostError): void;
  /** A renewal has had no answer, and is retried while the lease lasts. */
  renewalFailed(lock: HeldLock, problem: string): void;
  /** The run has lasted as long as it should at most, and goes on. Told once. */
  lasts(lock: HeldLock): void;
}

/** A lock that this process took: knows whether it still holds, and tells the run when it no longer does. */
export class HeldLock {
  /** Made when code reads the signal: most runs never do. */
  private abortion?: AbortController;
  private cancelDeadline: () => void;
  private leasedAt: Instant;
  private lease: number;
  private loss?: TaskLockLostError;
  private cancellation?: TaskLockLostError;
  private settled = false;
  private isLong = false;
  /** Why the last renewal failed. The error of a lost lease says so. */
  private renewalProblem?: string;

  constructor(
    readonly state: Readonly<HeldLockState>,
    private readonly clock: LockClock,
    private readonly listener: LockListener,
  ) {
    this.leasedAt = state.sentAt;
    this.lease = state.lease;
    this.cancelDeadline = this.watchDeadline();
  }

  get signal(): AbortSignal {
    if (!this.abortion) {
      this.abortion = new AbortController();
      const reason = this.cancellation ?? this.loss;
      if (reason) this.abortion.abort(reason);
    }
    return this.abortion.signal;
  }

  /** Reads the clocks and not the timer: a process that was stopped may run code before its first timer fires. */
  isHeld(): boolean {
    return !this.settled && this.loss === undefined && this.timeLeft() > 0;
  }

  /** Whether a shutdown aborted the run. */
  get isAborted(): boolean {
    return this.loss?.reason === 'shutdown';
  }

  /** Whether an operator asked the run to stop. Its lock stays its own. */
  get isCancelled(): boolean {
    return this.cancellation !== undefined;
  }

  /** Whether the run is neither over nor known to be lost. The clocks may know better: see {@link isHeld}. */
  get isOpen(): boolean {
    return !this.settled && this.loss === undefined;
  }

  assertHeld(): void {
    this.expire();
    const reason = this.loss ?? this.cancellation;
    if (reason) throw reason;
    if (this.settled) throw this.error('released');
  }

  /** Marks the lock as lost where the clocks say so, even if the timer of the deadline has not fired yet. */
  expire(): void {
    if (!this.settled && this.timeLeft() <= 0) this.lose(this.endsBy());
  }

  /** A renewal that was sent at `sentAt` has moved the lease. One that came back out of order changes nothing. */
  renewed(sentAt: Instant, lease: number): void {
    if (!this.isOpen || this.leaseLeft(sentAt, lease) <= this.leaseLeft(this.leasedAt, this.lease)) return;
    this.renewalProblem = undefined;
    this.leasedAt = sentAt;
    this.lease = lease;
    this.cancelDeadline();
    this.cancelDeadline = this.watchDeadline();
  }

  /** Nobody is told of one that fails after the run: its release is under way. */
  renewalFailed(problem: string): void {
    this.renewalProblem = problem;
    if (this.isOpen) this.listener.renewalFailed(this, problem);
  }

  lose(reason: LockLossReason): void {
    // A run that is over has nothing to lose: its release would be reported as a loss.
    if (this.loss || this.settled) return;
    this.loss = this.error(reason);
    this.cancelDeadline();
    this.abortion?.abort(this.loss);
    this.listener.lost(this.loss, this);
  }

  /** Aborts the signal, once. The lock is still held, and renewed, until the method settles. */
  cancel(cancellation: Cancellation): void {
    if (this.cancellation || !this.isOpen) return;
    this.cancellation = this.error('cancelled', cancellation);
    this.abortion?.abort(this.cancellation);
    this.listener.cancelled(this.cancellation);
  }

  /** The run is over. Code that it left behind, like a timer, no longer holds the lock: it would work beside the next run. */
  settle(): void {
    this.settled = true;
    this.cancelDeadline();
  }

  /** Milliseconds until the maximum hold is over. */
  holdLeft(): number {
    return this.state.maxHold - elapsedSince(this.clock, this.state.sentAt);
  }

  /** Milliseconds until another replica could win, by this process's clocks. */
  timeLeft(): number {
    return Math.min(this.holdLeft(), this.leaseLeft(this.leasedAt, this.lease));
  }

  /** Milliseconds until the row is free without a release. A wall clock that was set says nothing about the row. */
  rowHeldFor(): number {
    const { maxHold, sentAt } = this.state;
    const now = this.clock.monotonic();
    return Math.min(sentAt.monotonic + maxHold, this.leasedAt.monotonic + this.lease) - now;
  }

  /**
   * Milliseconds after which a run is unusually long: its interval, as the next tick will find it still running. One that
   * is not below the maximum hold would come too late to warn.
   */
  get longAfter(): number {
    const { interval, maxHold } = this.state;
    return interval !== undefined && interval < maxHold ? interval : maxHold / 2;
  }

  private leaseLeft(leasedAt: Instant, lease: number): number {
    return lease - elapsedSince(this.clock, leasedAt);
  }

  private endsBy(): LockLossReason {
    // In this order: if both end together, time passes between the readings and makes it the maximum hold.
    const leaseLeft = this.leaseLeft(this.leasedAt, this.lease);
    return this.holdLeft() <= leaseLeft ? 'maximum hold' : 'lease';
  }

  /** One timer a run: the warning about a long one comes on the way to the deadline. */
  private watchDeadline(): () => void {
    const timeLeft = this.timeLeft();
    const shortFor = this.longAfter - elapsedSince(this.clock, this.state.sentAt);
    if (this.isLong || shortFor >= timeLeft)
      return this.clock.timer(timeLeft, () => this.lose(this.endsBy()));
    return this.clock.timer(shortFor, () => {
      this.isLong = true;
      this.expire();
      if (!this.isOpen) return;
      this.cancelDeadline = this.watchDeadline();
      this.listener.lasts(this);
    });
  }

  private error(reason: LockLossReason, cancellation?: Cancellation): TaskLockLostError {
    return new TaskLockLostError(this.state.name, reason, this.describe(reason, cancellation));
  }

  private describe(reason: LockLossReason, cancellation?: Cancellation): string {
    const { name, maxHold } = this.state;
    switch (reason) {
      case 'released':
        return `The run of the task "${name}" is over and its lock released: await all of its work inside the method.`;
      case 'cancelled': {
        const why = cancellation?.reason === undefined ? '' : `, "${cancellation.reason}"`;
        return (
          `The run of the task "${name}" was cancelled by ${cancellation?.by ?? 'an operator'}${why}: stop now. It keeps ` +
          `its lock until the method settles.`
        );
      }
      case 'shutdown':
        return `The application is shutting down and waited its shutdownTimeout for the task "${name}": stop now.`;
      case 'taken':
        return (
          `The lock of the task "${name}" is no longer this run's in the database: its lease ended there, or another ` +
          `replica took it. Another replica may run the task.`
        );
      case 'lease':
        return (
          `The lease of the task "${name}" is over: it could not be renewed in time, because the database gave no ` +
          `answer or this process was paused. Another replica may run the task.` +
          (this.renewalProblem === undefined ? '' : ` The last renewal failed: ${this.renewalProblem}`)
        );
      case 'maximum hold':
        return (
          `The task "${name}" has not ended within its maximum hold of ${maxHold} ms: the lock ends here, whether the ` +
          `method has settled or not, and another replica may run the task. Raise maxHold, or split the work.`
        );
    }
  }
}

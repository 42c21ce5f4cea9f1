import { enclosingRun } from './call-context.js';
import { parseDuration } from './config/duration.js';
import type { DurationInput } from './config/duration.js';
import type { HeldLock } from './lock/held-lock.js';
import type { PreviousRun } from './lock/lock-store.js';

/** What a running task knows of itself. */
export interface TaskRun {
  /** The task's lock name. */
  readonly name: string;
  /** Grows with every claim of this name: hand it to other systems, so that they can refuse a stale holder. */
  readonly fence: bigint;
  /** A uuid, new for every claim. */
  readonly token: string;
  /** The tick that this run is for, the same on every replica; none for a direct call. */
  readonly scheduledTime?: Date;
  /** When the claim was won, by the database's clock. */
  readonly startedAt: Date;
  /** True where this run repeats the tick of a run that died in the middle: clear what that one left behind. */
  readonly recovering: boolean;
  /**
   * The run before this one, where it did not finish: its replica died or was cut off.
   *
   * @example
   * if (currentTaskRun()?.previous) await this.removeStaleFiles();
   */
  readonly previous?: PreviousRun;
  /**
   * Aborts when the lock is lost (its reason is a `TaskLockLostError`), or when a shutdown ran out of patience.
   *
   * @example
   * await fetch(url, { signal: currentTaskRun()?.signal });
   */
  readonly signal: AbortSignal;
  /**
   * Reads the clocks, so that it is right also in the first moment after the process was stopped and woke up.
   *
   * @throws TaskLockLostError when the lock is no longer held
   */
  assertHeld(): void;
  /**
   * Moves the lease by hand, before work that keeps the event loop busy and would starve the renewals. Never past the
   * maximum hold.
   *
   * @param duration from now: milliseconds, or a text with a unit
   * @throws TaskLockLostError when the lock is no longer held
   * @example
   * await currentTaskRun()?.extend('5m');
   */
  extend(duration: DurationInput): Promise<void>;
  /** Everything that can be written down; the fence as a string, since JSON has no bigint. */
  toJSON(): Record<string, unknown>;
}

/**
 * The run that the calling code is part of, or nothing outside of one. It follows the code through `await`s.
 *
 * @example
 * const run = currentTaskRun();
 * await this.mailer.send(mail, { idempotencyKey: `${run?.name}:${run?.scheduledTime?.toISOString()}` });
 */
export function currentTaskRun(): TaskRun | undefined {
  return enclosingRun()?.run;
}

/** A run under a lock that was claimed. */
export class LockedTaskRun implements TaskRun {
  constructor(
    private readonly lock: HeldLock,
    private readonly extendLock: (lock: HeldLock, lease: number) => Promise<void>,
  ) {}

  get name(): string {
    return this.lock.state.name;
  }

  get fence(): bigint {
    return this.lock.state.fence;
  }

  get token(): string {
    return this.lock.state.token;
  }

  get scheduledTime(): Date | undefined {
    return this.lock.state.scheduledTime;
  }

  get startedAt(): Date {
    return this.lock.state.startedAt;
  }

  get recovering(): boolean {
    return this.lock.state.recovering;
  }

  get previous(): PreviousRun | undefined {
    return this.lock.state.previous;
  }

  get signal(): AbortSignal {
    return this.lock.signal;
  }

  assertHeld(): void {
    this.lock.assertHeld();
  }

  async extend(duration: DurationInput): Promise<void> {
    await this.extendLock(this.lock, parseDuration(duration));
  }

  toJSON(): Record<string, unknown> {
    const { name, token, scheduledTime, startedAt, recovering } = this;
    return { name, fence: this.fence.toString(), token, scheduledTime, startedAt, recovering };
  }
}

import { elapsedSince } from '../common/clock.js';
import type { LockClock } from '../common/clock.js';
import type { InFlight } from '../common/in-flight.js';
import type { LockRows, WonAnswer } from '../store/lock-store.js';
import type { ClaimAttempt } from './claim-attempt.js';
import { HeldLock } from './held-lock.js';
import type { LockListener } from './held-lock.js';
import { LeaseRenewal } from './lease-renewal.js';
import type { TaskClaim } from './task-claim.js';

/** What belongs to a lock while its run goes on. */
export interface RunningLock {
  claim: TaskClaim;
  attempt: ClaimAttempt;
  renewal: LeaseRenewal;
  /** When the run began, by the monotonic clock. */
  since: number;
}

/** The locks whose runs go on in this process. */
export class RunningLocks {
  /** The newest lock of each name: it answers `held` without a query. */
  private readonly newest = new Map<string, HeldLock>();
  private readonly running = new Map<HeldLock, RunningLock>();

  constructor(
    private readonly store: LockRows,
    private readonly clock: LockClock,
    private readonly listener: LockListener,
    private readonly inFlight: InFlight,
    /** Milliseconds that a renewal may take before it is sent again. */
    private readonly answerTimeout: number,
  ) {}

  /** Nothing where the answer took longer than the lease: another replica may hold the lock already. */
  hold(claim: TaskClaim, attempt: ClaimAttempt, answer: WonAnswer): HeldLock | undefined {
    const { name, task, key, undeclared, lease, maxHold, interval } = claim;
    const { fence, startedAt, scheduledTime, lastTick: previousTick, recovering, previous } = answer;
    const { token, sentAt } = attempt;
    if (elapsedSince(this.clock, sentAt) >= lease) return undefined;
    attempt.use(answer);
    // Property by property: a spread costs ten times as much as all the rest.
    const state = {
      name,
      task,
      key,
      undeclared,
      trigger: recovering ? ('recovery' as const) : claim.trigger,
      token,
      fence,
      startedAt,
      scheduledTime,
      previousTick,
      recovering,
      previous,
      sentAt,
      lease,
      maxHold,
      interval,
    };
    const lock = new HeldLock(state, this.clock, this.listener);
    this.newest.set(name, lock);
    const renewal = new LeaseRenewal(lock, this.store, this.clock, this.answerTimeout);
    // A shutdown waits for the run, and for its release.
    this.inFlight.begin();
    this.running.set(lock, { claim, attempt, renewal, since: this.clock.monotonic() });
    return lock;
  }

  /** The lock of this name that a run here holds. A lost one does not count, or a method that never settles would stop the task. */
  heldHere(name: string): HeldLock | undefined {
    const lock = this.newest.get(name);
    return lock?.isHeld() ? lock : undefined;
  }

  get(lock: HeldLock): RunningLock | undefined {
    return this.running.get(lock);
  }

  /** The run of a lock is over. */
  remove(lock: HeldLock): void {
    const { name } = lock.state;
    this.running.delete(lock);
    if (this.newest.get(name) === lock) this.newest.delete(name);
  }

  /** All locks whose runs have not ended, the lost ones too. */
  all(): HeldLock[] {
    return [...this.running.keys()];
  }
}

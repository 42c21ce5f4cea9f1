import { setMaxListeners } from 'node:events';
import { retryDelay } from '../common/backoff.js';
import type { LockClock } from '../common/clock.js';
import { messageOf } from '../common/error-text.js';
import { InFlight } from '../common/in-flight.js';
import type { LockLog } from '../common/log.js';
import { LockStoreUnavailableError } from '../common/store-unavailable.error.js';
import { pause } from '../common/timeouts.js';
import type { LockRows, Outcome } from '../store/lock-store.js';
import type { RunOutcome } from '../store/recorded-run.js';
import { AnswerJudge } from './answer-judge.js';
import type { EarlyAnswer } from './answer-judge.js';
import { ClaimAttempt } from './claim-attempt.js';
import { Conditions } from './condition.js';
import { EventHub } from './event-hub.js';
import { HeldLock } from './held-lock.js';
import { KeyPurge } from './key-purge.js';
import { LeftBehindWatch } from './left-behind-watch.js';
import { LockReleaser } from './lock-releaser.js';
import { LockReports } from './lock-reports.js';
import { RunHistory } from './run-history.js';
import type { HistorySettings } from './run-history.js';
import { RunningLocks } from './running-locks.js';
import { releaseOf } from './task-claim.js';
import type { Skipped, TaskClaim } from './task-claim.js';
import { delayWhileHeld, timeoutWhileWaiting } from './wait-policy.js';

export interface TaskLocksSettings extends HistorySettings {
  /** Milliseconds within which a claim has its answer, or is skipped as `unavailable`. */
  claimTimeout: number;
  /** False: nothing excludes anything, not even two runs in this process. */
  exclusive: boolean;
}

/** How a run ended. `isSure`: the history has it so; else the store has not yet said whose the lock was by then. */
export interface EndedRun {
  fence: bigint;
  outcome: RunOutcome;
  isSure: boolean;
}

/** Milliseconds that an aborted run has to settle at shutdown. Then the shutdown goes on without it. */
const ABORT_GRACE = 1_000;

/** How often an attempt is sent within its timeout: one lost answer must not fail it. */
const SENDS_WITHOUT_ANSWER = 2;

/** The locks of one application in this process: it claims them, releases them, and returns what nobody will run. */
export class TaskLocks {
  private readonly claiming = new Set<ClaimAttempt>();
  private readonly inFlight = new InFlight();
  private readonly stopping = new AbortController();
  private readonly reports: LockReports;
  private readonly running: RunningLocks;
  private readonly releaser: LockReleaser;
  private readonly leftBehind: LeftBehindWatch;
  private readonly judge: AnswerJudge;
  private readonly history: RunHistory;
  private readonly keys: KeyPurge;
  private readonly conditions: Conditions;

  constructor(
    private readonly store: LockRows,
    private readonly clock: LockClock,
    log: LockLog,
    private readonly settings: TaskLocksSettings,
    events = new EventHub(clock, log),
  ) {
    this.releaser = new LockReleaser(store, clock, log, settings.claimTimeout, this.inFlight);
    this.leftBehind = new LeftBehindWatch(clock);
    this.judge = new AnswerJudge(settings.replicaId, this.releaser, this.leftBehind);
    this.history = new RunHistory(clock, log, settings);
    this.keys = new KeyPurge(store, clock, log, this.inFlight);
    this.conditions = new Conditions(clock, log, settings.claimTimeout);
    this.reports = new LockReports(clock, log, events, settings);
    this.running = new RunningLocks(store, clock, this.reports, this.inFlight, settings.claimTimeout);
    // Each claim that waits for its tick listens: with more than ten, Node would warn of a leak.
    setMaxListeners(0, this.stopping.signal);
  }

  /**
   * Claims a lock. An early claim is attempted again when its tick is due, a waiting one while the lock is held. Never
   * rejects: without an answer the claim is skipped as `unavailable`.
   */
  async claim(claim: TaskClaim): Promise<HeldLock | Skipped> {
    const { waitTimeout } = claim;
    // Before anything is counted or sent: a shutdown need not wait for an answer that leads to no claim.
    if (claim.condition && !this.stopping.signal.aborted && !(await this.conditions.allow(claim)))
      return this.refused(claim);
    if (claim.keyPrefix !== undefined) this.keys.used(claim.keyPrefix);
    this.inFlight.begin();
    const since = this.clock.monotonic();
    const waited = (): number => this.clock.monotonic() - since;
    let timeout = this.settings.claimTimeout;
    try {
      for (;;) {
        if (waitTimeout !== undefined)
          timeout = timeoutWhileWaiting(this.settings.claimTimeout, waited(), waitTimeout);
        const result = await this.attempt(claim, timeout);
        if (result instanceof HeldLock) return result;
        const delay =
          result.status === 'early' ? result.dueIn : delayWhileHeld(result, waited(), waitTimeout);
        if (result.status === 'skipped' && delay === undefined) {
          this.reports.skipped(claim, result);
          return result;
        }
        await pause(this.clock, delay ?? 0, this.stopping.signal);
      }
    } finally {
      this.inFlight.end();
    }
  }

  /**
   * Ends the run of a lock. Never rejects: an error here must not mask the method's own. Resolves when the store has
   * answered, or when it has not within the claim timeout: the release is then repeated in the background. Nothing ended
   * where the claim is returned.
   */
  async release(lock: HeldLock, outcome: Outcome, error?: string): Promise<EndedRun | undefined> {
    const run = this.running.get(lock);
    if (!run) return undefined;
    const { token } = lock.state;
    const repeatFor = Math.max(lock.rowHeldFor(), this.settings.claimTimeout);
    lock.settle();
    this.running.remove(lock);
    const end = outcome === 'failed' ? endOfFailed(lock) : outcome;
    const kept = this.history.redacted(run.claim.task, error);
    const facts = end === 'returned' ? undefined : this.history.endOf(run.claim, lock);
    const request = releaseOf(run.claim, token, end, kept, facts);
    const released = this.releaser.release(request, repeatFor, run.renewal.end(), () => run.attempt.endRun());
    // After the release is under way: what listens must not delay it.
    this.reports.finished(run.claim, lock, end, this.clock.monotonic() - run.since, error);
    this.inFlight.end();
    const answer = await released;
    if (end === 'returned') return undefined;
    const { fence } = lock.state;
    return { fence, outcome: answer === 'gone' ? 'lost' : end, isSure: answer !== undefined };
  }

  /**
   * Moves the lease of a run by hand, never past its maximum hold.
   *
   * @throws TaskLockLostError where the lock is no longer held
   */
  async extend(lock: HeldLock, lease: number): Promise<void> {
    lock.assertHeld();
    await this.running.get(lock)?.renewal.renew(lease);
    lock.assertHeld();
  }

  /** Calls `look` now, and whenever a tick may have been left behind: a run elsewhere has died, or nobody had an answer. */
  watchLeftBehind(name: string, look: () => void): void {
    this.leftBehind.watch(name, look);
  }

  /** The names of the locks whose runs have not ended. */
  runningNames(): string[] {
    return this.running.all().map(({ state }) => state.name);
  }

  /** Makes no new claims from here on. Runs may go on for `timeout` milliseconds and are aborted then. */
  async stop(timeout: number): Promise<void> {
    this.stopping.abort();
    this.leftBehind.end();
    this.keys.end();
    for (const attempt of this.claiming) attempt.giveUp();
    await this.inFlight.ended(this.clock, timeout);
    for (const lock of this.running.all()) lock.lose('shutdown');
    await this.inFlight.ended(this.clock, ABORT_GRACE);
  }

  /** Sends one token until there is an answer to it, or the time is over. */
  private async attempt(claim: TaskClaim, timeout: number): Promise<HeldLock | Skipped | EarlyAnswer> {
    const attempt = this.newAttempt(claim);
    this.claiming.add(attempt);
    const deadline = this.clock.monotonic() + timeout;
    const left = (): number => deadline - this.clock.monotonic();
    let problem = 'the database did not answer';
    try {
      for (let sends = 0; left() > 0 && !attempt.isGivenUp && !this.stopping.signal.aborted; sends++) {
        const ownRun = this.heldHere(claim);
        if (ownRun) return ownRun;
        try {
          const answer = await attempt.send(Math.min(timeout / SENDS_WITHOUT_ANSWER, left()));
          if (answer?.status === 'won') {
            this.history.foundDead(claim, answer);
            if (attempt.isGivenUp) break;
            const lock = this.running.hold(claim, attempt, answer);
            if (lock) {
              this.reports.missed(claim, answer);
              this.reports.started(claim, lock);
              return lock;
            }
            problem = 'it was won, but its answer came after the lease was over';
            break;
          }
          const verdict = answer && this.judge.judge(claim, answer);
          if (answer?.status === 'done') this.reports.missed(claim, answer);
          if (typeof verdict === 'object') return verdict;
          problem = verdict ?? problem;
        } catch (error) {
          problem = messageOf(error);
          if (!(error instanceof LockStoreUnavailableError)) break;
        }
        await attempt.pause(Math.min(retryDelay(sends), left()));
      }
      if (this.stopping.signal.aborted) return { status: 'skipped', reason: 'stopping' };
      this.reports.unavailable(claim, problem);
      this.leftBehind.lookAfter(claim, claim.lease);
      return { status: 'skipped', reason: 'unavailable' };
    } finally {
      this.claiming.delete(attempt);
      attempt.close();
    }
  }

  private newAttempt(claim: TaskClaim): ClaimAttempt {
    const { store, clock, inFlight, giveBack } = this;
    return new ClaimAttempt(store, clock, claim, this.settings.replicaId, inFlight, giveBack);
  }

  private readonly giveBack = (token: string, claim: TaskClaim): void => {
    void this.releaser.release(releaseOf(claim, token, 'returned'), claim.lease);
  };

  /** Answers `held` without a query. */
  private heldHere(claim: TaskClaim): Skipped | undefined {
    const lock = this.settings.exclusive ? this.running.heldHere(claim.name) : undefined;
    if (!lock) return undefined;
    const timeLeft = lock.timeLeft();
    if (claim.instants) this.leftBehind.lookAfter(claim, timeLeft);
    const heldUntil = new Date(this.clock.now() + timeLeft);
    return { status: 'skipped', reason: 'held', heldBy: this.settings.replicaId, heldUntil };
  }

  /** A condition may be true later: what its tick leaves behind is looked for again, as after an outage. */
  private refused(claim: TaskClaim): Skipped {
    const skipped: Skipped = { status: 'skipped', reason: 'condition' };
    this.reports.skipped(claim, skipped);
    this.leftBehind.lookAfter(claim, claim.lease);
    return skipped;
  }
}

/** A run that was cut off in the middle: with `recover` its tick runs again elsewhere, at once, unless it was cancelled. */
function endOfFailed({ isCancelled, isAborted }: HeldLock): Outcome {
  if (isCancelled) return 'cancelled';
  return isAborted ? 'aborted' : 'failed';
}

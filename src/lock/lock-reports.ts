import type { LockClock } from '../common/clock.js';
import type { LockLog } from '../common/log.js';
import type { ClaimAnswer, Outcome } from '../store/lock-store.js';
import type { TaskLockLostError } from './errors.js';
import type { EventHub } from './event-hub.js';
import type { HeldLock, LockListener } from './held-lock.js';
import { LongRuns } from './long-runs.js';
import { describeMissed, describeRun, describeSkip, isEmptyPoll } from './messages.js';
import { droppedTicks, missedTicks } from './missed-ticks.js';
import type { Skipped, TaskClaim } from './task-claim.js';

/** Tells the log, and whoever listens to events, what becomes of claims and runs. */
export class LockReports implements LockListener {
  private readonly longRuns: LongRuns;

  constructor(
    private readonly clock: LockClock,
    private readonly log: LockLog,
    private readonly events: EventHub,
    private readonly settings: { replicaId: string; claimTimeout: number },
  ) {
    this.longRuns = new LongRuns(clock, log);
  }

  skipped(claim: TaskClaim, skipped: Skipped): void {
    if (claim.isPoll) return;
    this.log.verbose(describeSkip(claim, skipped));
    if (!this.events.wants('claim-skipped') || isEmptyPoll(claim, skipped)) return;
    const { reason, heldBy, heldUntil } = skipped;
    const scheduledTime = claim.tick.kind === 'scheduled' ? claim.tick.scheduledTime : undefined;
    this.events.publish({
      type: 'claim-skipped',
      ...this.head(claim),
      reason,
      heldBy,
      heldUntil,
      scheduledTime,
    });
  }

  unavailable(claim: TaskClaim, problem: string): void {
    this.log.error(`The claim of "${claim.name}" is skipped as unavailable: ${problem}`);
    if (this.events.wants('database-unavailable'))
      this.events.publish({ type: 'database-unavailable', ...this.head(claim), error: problem });
  }

  started(claim: TaskClaim, lock: HeldLock): void {
    const { recovering, previous } = lock.state;
    if (this.events.wants('run-started'))
      this.events.publish({ type: 'run-started', ...this.head(claim), ...this.ofRun(lock) });
    if (!recovering || !this.events.wants('run-recovered')) return;
    const died = previous && { ...previous, fence: String(previous.fence) };
    this.events.publish({ type: 'run-recovered', ...this.head(claim), previous: died });
  }

  finished(claim: TaskClaim, lock: HeldLock, outcome: Outcome, durationMs: number, error?: string): void {
    if (outcome !== 'returned') this.log.debug(describeRun(lock.state, outcome, durationMs));
    if (!this.events.wants('run-finished')) return;
    const { scheduledTime, startedAt } = lock.state;
    const latenessMs = scheduledTime && startedAt.getTime() - scheduledTime.getTime();
    this.events.publish({
      type: 'run-finished',
      ...this.head(claim),
      ...this.ofRun(lock),
      outcome,
      durationMs,
      latenessMs,
      error,
    });
  }

  lost({ message, reason }: TaskLockLostError, { state }: HeldLock): void {
    this.log.error(message);
    if (!this.events.wants('lock-lost')) return;
    const { fence, token } = state;
    this.events.publish({ type: 'lock-lost', ...this.head(state), reason, fence: String(fence), token });
  }

  cancelled({ message }: TaskLockLostError): void {
    this.log.warn(message);
  }

  renewalFailed({ state }: HeldLock, error: string): void {
    if (!this.events.wants('renewal-failed')) return;
    this.events.publish({ type: 'renewal-failed', ...this.head(state), error, fence: String(state.fence) });
  }

  lasts(lock: HeldLock): void {
    this.longRuns.warn(lock);
  }

  missed(claim: TaskClaim, answer: Extract<ClaimAnswer, { status: 'won' | 'done' }>): void {
    const missed = missedTicks(claim, answer, this.settings.claimTimeout);
    if (!missed) return;
    this.log.warn(describeMissed(claim.name, missed));
    const dropped = this.events.wants('tick-missed') ? droppedTicks(claim, missed) : undefined;
    if (dropped) this.events.publish({ type: 'tick-missed', ...this.head(claim), ...dropped });
    if (missed.fate !== 'caught up' || !this.events.wants('tick-caught-up')) return;
    const scheduledTime = missed.newest;
    const latenessMs = answer.now - scheduledTime.getTime();
    this.events.publish({ type: 'tick-caught-up', ...this.head(claim), scheduledTime, latenessMs });
  }

  private head({ task, key, undeclared }: Pick<TaskClaim, 'task' | 'key' | 'undeclared'>) {
    return { name: task, key, undeclared, at: new Date(this.clock.now()) };
  }

  private ofRun({ state }: HeldLock) {
    const { fence, token, scheduledTime, startedAt, trigger } = state;
    const replica = this.settings.replicaId;
    return { fence: String(fence), token, scheduledTime, startedAt, trigger, replica } as const;
  }
}

import type { Attributes, Meter } from '@opentelemetry/api';
import type {
  ClaimSkippedEvent,
  LockLostEvent,
  RenewalFailedEvent,
  RunFinishedEvent,
  RunStartedEvent,
  TickMissedEvent,
} from '../lock/events.js';
import { CLAIM_RESULT, ERROR_TYPE, LOCK_LOSS, RUN_OUTCOME, RUN_TRIGGER, TASK_NAME } from './attributes.js';
import type { EndOfRun } from './run-spans.js';
import type { TaskNames } from './task-names.js';

/** Seconds: tasks take from milliseconds to hours. */
const BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400];

const inSeconds = { unit: 's', advice: { explicitBucketBoundaries: BUCKETS } };

/** Counts what the events tell. */
export class TaskMetrics {
  private readonly claims;
  private readonly duration;
  private readonly active;
  private readonly lateness;
  private readonly lostLocks;
  private readonly renewalFailures;
  private readonly missedTicks;
  /** The tasks that run, by the token of the run. */
  private readonly running = new Map<string, string>();

  constructor(
    meter: Meter,
    private readonly names: TaskNames,
  ) {
    this.claims = meter.createCounter('task_lock.claims', {
      unit: '{claim}',
      description: 'Claims of a lock, by what they were answered.',
    });
    this.duration = meter.createHistogram('task_lock.run.duration', {
      ...inSeconds,
      description: 'How long runs took.',
    });
    this.active = meter.createUpDownCounter('task_lock.run.active', {
      unit: '{run}',
      description: 'Runs in progress.',
    });
    this.lateness = meter.createHistogram('task_lock.run.lateness', {
      ...inSeconds,
      description: "How long after their tick runs started, by the database's clock.",
    });
    this.lostLocks = meter.createCounter('task_lock.lock.lost', {
      unit: '{lock}',
      description: 'Runs that no longer held their lock.',
    });
    this.renewalFailures = meter.createCounter('task_lock.renewal.failures', {
      unit: '{failure}',
      description: 'Renewals of a lease that had no answer.',
    });
    this.missedTicks = meter.createCounter('task_lock.ticks.missed', {
      unit: '{tick}',
      description: 'Ticks that no replica ran, and none will.',
    });
  }

  started(event: RunStartedEvent): void {
    const name = this.names.of(event);
    const { scheduledTime, startedAt, token } = event;
    this.claims.add(1, { [TASK_NAME]: name, [CLAIM_RESULT]: 'won' });
    this.running.set(token, name);
    this.active.add(1, { [TASK_NAME]: name });
    if (!scheduledTime) return;
    // A claim may be granted a little before its tick.
    const lateness = Math.max(startedAt.getTime() - scheduledTime.getTime(), 0);
    this.lateness.record(lateness / 1_000, { [TASK_NAME]: name });
  }

  finished({ token, durationMs, trigger }: RunFinishedEvent, { outcome, errorType }: EndOfRun): void {
    const name = this.running.get(token);
    if (name === undefined) return;
    this.running.delete(token);
    this.active.add(-1, { [TASK_NAME]: name });
    // Its method was never called.
    if (outcome === 'returned') return;
    const attributes: Attributes = { [TASK_NAME]: name, [RUN_OUTCOME]: outcome, [RUN_TRIGGER]: trigger };
    if (errorType !== undefined) attributes[ERROR_TYPE] = errorType;
    this.duration.record(durationMs / 1_000, attributes);
  }

  /** A condition that is not true makes no claim. */
  skipped(event: ClaimSkippedEvent): void {
    if (event.reason === 'condition') return;
    this.claims.add(1, { [TASK_NAME]: this.names.of(event), [CLAIM_RESULT]: event.reason });
  }

  lost(event: LockLostEvent): void {
    this.lostLocks.add(1, { [TASK_NAME]: this.names.of(event), [LOCK_LOSS]: event.reason });
  }

  renewalFailed(event: RenewalFailedEvent): void {
    this.renewalFailures.add(1, { [TASK_NAME]: this.names.of(event) });
  }

  missed(event: TickMissedEvent): void {
    this.missedTicks.add(event.count, { [TASK_NAME]: this.names.of(event) });
  }

  /** Runs that a shutdown did not wait for are in progress no longer. */
  abandon(): void {
    for (const name of this.running.values()) this.active.add(-1, { [TASK_NAME]: name });
    this.running.clear();
  }
}

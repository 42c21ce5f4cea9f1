import type { Outcome } from '../store/lock-store.js';
import type { RunTrigger } from '../store/recorded-run.js';
import type { LockLossReason } from './errors.js';
import type { SkipReason } from './task-claim.js';

/** What an event of one task begins with. */
interface TaskEvent<Type extends string> {
  readonly type: Type;
  /** The task's lock name, without a key. */
  readonly name: string;
  /** The key, where each key of the task has a lock of its own. */
  readonly key?: string;
  /** True where no decorated method has this name: `TaskLockService.run` was given it, and there may be any number. */
  readonly undeclared?: boolean;
  /** When it happened, by this replica's clock. */
  readonly at: Date;
}

/** A run, as its events name it. A fence is text, so that an event can be written as JSON. */
interface OfRun {
  readonly fence: string;
  readonly token: string;
  readonly scheduledTime?: Date;
  /** By the database's clock. */
  readonly startedAt: Date;
  readonly trigger: RunTrigger;
  readonly replica: string;
}

/** A replica has won a claim, and runs the method. */
export interface RunStartedEvent extends TaskEvent<'run-started'>, OfRun {}

/** Each `run-started` has one of these. `returned`: the claim was given back before the method ran. */
export interface RunFinishedEvent extends TaskEvent<'run-finished'>, OfRun {
  readonly outcome: Outcome;
  readonly durationMs: number;
  /** How long after its tick the run started, by the database's clock. */
  readonly latenessMs?: number;
  readonly error?: string;
}

/** A claim did not run. For each tick all replicas but one publish this. */
export interface ClaimSkippedEvent extends TaskEvent<'claim-skipped'> {
  readonly reason: SkipReason;
  readonly heldBy?: string;
  readonly heldUntil?: Date;
  readonly scheduledTime?: Date;
}

/** A run no longer holds its lock: another replica may run the task. */
export interface LockLostEvent extends TaskEvent<'lock-lost'> {
  readonly reason: LockLossReason;
  readonly fence: string;
  readonly token: string;
}

/** A renewal had no answer. It is retried while the lease lasts. */
export interface RenewalFailedEvent extends TaskEvent<'renewal-failed'> {
  readonly error: string;
  readonly fence: string;
}

/** Ticks of a task with `missed` ran on no replica, and never will. Published by the replica that runs a later one. */
export interface TickMissedEvent extends TaskEvent<'tick-missed'> {
  /** At most 100: ticks are not counted further. */
  readonly count: number;
  readonly first: Date;
  readonly last: Date;
}

/** A missed tick runs late, as `missed: 'once'` asks. */
export interface TickCaughtUpEvent extends TaskEvent<'tick-caught-up'> {
  readonly scheduledTime: Date;
  readonly latenessMs: number;
}

/** A tick runs again, because its first run died. */
export interface RunRecoveredEvent extends TaskEvent<'run-recovered'> {
  /** The run that died, where the answer to the claim still knew it. */
  readonly previous?: { readonly replica: string; readonly startedAt: Date; readonly fence: string };
}

/** The clocks of this replica and of the database differ. Published at most once a minute. */
export interface ClockSkewedEvent {
  readonly type: 'clock-skewed';
  /** None: it concerns the replica, and no task of its own. */
  readonly name?: undefined;
  readonly key?: undefined;
  readonly at: Date;
  /** By how much this replica's clock is ahead of the database's at least; negative where it is behind. */
  readonly offsetMs: number;
}

/** A claim was skipped because the database gave no answer. */
export interface DatabaseUnavailableEvent extends TaskEvent<'database-unavailable'> {
  readonly error: string;
}

/** An operator did something. `name` is a task, or `*` for all. */
export interface TaskActionEvent extends TaskEvent<
  'paused' | 'resumed' | 'triggered' | 'cancelled' | 'released' | 'forgotten'
> {
  readonly by: string;
  readonly reason?: string;
}

export type TaskLockEvent =
  | RunStartedEvent
  | RunFinishedEvent
  | ClaimSkippedEvent
  | LockLostEvent
  | RenewalFailedEvent
  | TickMissedEvent
  | TickCaughtUpEvent
  | RunRecoveredEvent
  | ClockSkewedEvent
  | DatabaseUnavailableEvent
  | TaskActionEvent;

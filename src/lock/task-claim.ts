import type { ClaimRequest, Outcome, ReleaseRequest } from '../store/lock-store.js';
import type { RunFacts } from '../store/recorded-run.js';

/**
 * Why a claim did not run: `held`, a live lease or the minimum hold; `done`, this tick or a later one has run
 * already; `condition`, the task's `when` is not true on this replica, and the database was not asked; `unavailable`,
 * the database gave no answer; `stopping`, the application shuts down; `paused`, an operator has paused the task.
 */
export type SkipReason = 'held' | 'done' | 'condition' | 'paused' | 'unavailable' | 'stopping';

/** A claim that was not won. */
export interface Skipped {
  status: 'skipped';
  reason: SkipReason;
  /** The replica that runs the task, or ran it last. */
  heldBy?: string;
  /** When the lease or the minimum hold ends, by the database's clock or, for a run in this process, by its own. */
  heldUntil?: Date;
}

/** What a task asks of the lock: the request of each attempt, and what the store need not know. Durations are milliseconds. */
export interface TaskClaim extends Omit<ClaimRequest, 'token' | 'replica'> {
  /** The key, where each key of the task has a lock of its own. */
  key?: string;
  /** Whether no decorated method has the name of the task. */
  undeclared?: boolean;
  /** No run keeps the lock longer than this; until then it renews its lease. */
  maxHold: number;
  /** How often the task should run, if that is known: a run that takes longer is warned about. */
  interval?: number;
  /** How long the claim is attempted again while the lock is held. Default: not at all. */
  waitTimeout?: number;
  /** Set where the claim is repeated until it is won: that it was not is no news. */
  isPoll?: boolean;
  /** Asked before anything is sent. Any answer but `true` skips the claim. */
  condition?: () => unknown;
  /** What the lock names of its task begin with, where each key has a lock of its own. */
  keyPrefix?: string;
  /** When the task is due after `now`, in epoch milliseconds, where `lastTick` ran last. Cron arithmetic takes milliseconds. */
  nextDue?: (now: number, lastTick?: Date) => Date | undefined;
  /** The instants of its schedule, where missed ticks are caught up: they say which others were missed. */
  instants?: ScheduledInstants;
}

/** The instants of a schedule, in epoch milliseconds. */
export interface ScheduledInstants {
  nextAfter(after: number): number;
}

/** What ends the run of a claim. A returned tick can be claimed again, and none before it. */
export function releaseOf(
  { name, tick, minHold, recover }: TaskClaim,
  token: string,
  outcome: Outcome,
  error?: string,
  run?: RunFacts,
): ReleaseRequest {
  const stepBack = tick.kind === 'kept' ? tick.interval : Math.max(minHold, 1);
  return { name, token, tick: tick.kind, minHold, stepBack, durable: recover, outcome, error, run };
}

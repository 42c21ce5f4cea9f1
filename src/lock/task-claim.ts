import type { ReleaseRequest, TickRequest } from './lock-store.js';

/**
 * Why a claim did not run: `held`, a live lease or the minimum hold; `done`, this tick or a later one has run
 * already; `unavailable`, the database gave no answer; `stopping`, the application shuts down; `paused` is kept for
 * stores that let an operator pause a task.
 */
export type SkipReason = 'held' | 'done' | 'paused' | 'unavailable' | 'stopping';

/** A claim that was not won. */
export interface Skipped {
  status: 'skipped';
  reason: SkipReason;
  /** The replica that runs the task, or ran it last. */
  heldBy?: string;
  /** When the lease or the minimum hold ends, by the database's clock. */
  heldUntil?: Date;
}

/** What a task asks of the lock. All durations are milliseconds. */
export interface TaskClaim {
  name: string;
  tick: TickRequest;
  /** A tick whose run dies may run again, once. */
  recover: boolean;
  minHold: number;
  maxHold: number;
  /** How far ahead the lock is held; a run renews it, up to its maximum hold. After a crash the others wait for it. */
  lease: number;
  /** How early, by the database's clock, a scheduled tick may be granted. */
  tolerance: number;
}

type EndOfRun = Pick<ReleaseRequest, 'tick' | 'minHold' | 'stepBack' | 'durable'>;

/** What a release has to know of the claim. A returned tick can be claimed again, and none before it. */
export function endOfRun({ tick, minHold, recover }: TaskClaim): EndOfRun {
  const stepBack = tick.kind === 'kept' ? tick.interval : Math.max(minHold, 1);
  return { tick: tick.kind, minHold, stepBack, durable: recover };
}

export function describeSkip(name: string, { reason, heldBy, heldUntil }: Skipped): string {
  const holder = heldBy === undefined ? '' : ` by ${heldBy}`;
  const until = heldUntil === undefined ? '' : ` until ${heldUntil.toISOString()}`;
  return `"${name}" is skipped: ${reason}${holder}${until}`;
}

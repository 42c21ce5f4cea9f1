import type { ReleaseRequest, TickRequest } from '../store/lock-store.js';

/**
 * Why a claim did not run: `held`, a live lease or the minimum hold; `done`, this tick or a later one has run
 * already; `unavailable`, the database gave no answer; `stopping`, the application shuts down; `paused` is reserved:
 * nothing gives it yet.
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
  /** Milliseconds for which the claim is asked again while the lock is held. Default: none. */
  patience?: number;
  /** What the lock names of its task begin with, where each key has one. */
  keyPrefix?: string;
  /** Of the task's schedule, where its missed ticks are caught up: what says which others were missed. */
  instants?: ScheduledInstants;
}

/** The instants of a schedule, in epoch milliseconds. */
export interface ScheduledInstants {
  nextAfter(after: number): number;
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

/** What became of a tick that may have been missed, and of those before a tick; nothing where none was. */
export function describeMissed(
  { name, tick, minHold, instants }: TaskClaim,
  answer: MissedAnswer,
): string | undefined {
  if (tick.kind !== 'scheduled' || !instants) return undefined;
  const { scheduledTime } = tick;
  const { status, lastTick } = answer;
  // Those within the minimum hold were none that should have run.
  const firstMissed =
    lastTick === undefined
      ? scheduledTime.getTime()
      : instants.nextAfter(lastTick.getTime() + Math.max(minHold - 1, 0));
  if (firstMissed > scheduledTime.getTime()) return undefined;
  const newest = `the tick of ${scheduledTime.toISOString()}, which no replica ran when it was due`;
  const older = `the missed ones before it, from ${new Date(firstMissed).toISOString()} on, are dropped`;
  const hasOlder = firstMissed < scheduledTime.getTime();
  if (tick.catchUpWindow === undefined) {
    if (status === 'done' || !hasOlder) return undefined;
    return `"${name}" runs the tick of ${scheduledTime.toISOString()}; ${older}.`;
  }
  if (status === 'done') {
    if (lastTick === undefined) return undefined;
    return `"${name}" has missed ${newest}: it is dropped, since it is older than the catchupWindow${hasOlder ? `; ${older}` : ''}.`;
  }
  return `"${name}" catches up on ${newest}${hasOlder ? `; ${older}` : ''}.`;
}

/** The part of an answer that says which tick ran last. */
interface MissedAnswer {
  status: 'won' | 'done';
  lastTick?: Date;
}

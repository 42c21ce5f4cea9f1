import { formatDuration } from '../common/duration.js';
import type { Outcome } from '../store/lock-store.js';
import type { HeldLock, HeldLockState } from './held-lock.js';
import type { Skipped, TaskClaim } from './task-claim.js';

/** How a run ended, and how many milliseconds after its claim was won. */
export function describeRun(
  { name, scheduledTime }: Pick<HeldLockState, 'name' | 'scheduledTime'>,
  outcome: Outcome,
  duration: number,
): string {
  const tick =
    scheduledTime === undefined ? 'without a tick' : `for the tick of ${scheduledTime.toISOString()}`;
  return `"${name}" ${outcome} after ${formatDuration(Math.round(duration))}, ${tick}`;
}

/** Says that a run takes unusually long, and what will become of it. */
export function describeLongRun({ state, longAfter }: Pick<HeldLock, 'state' | 'longAfter'>): string {
  const { name, startedAt, interval, maxHold } = state;
  const hold = `maximum hold of ${formatDuration(maxHold)}`;
  const limit =
    longAfter === interval ? `its interval of ${formatDuration(interval)}` : `half of its ${hold}`;
  const end = new Date(startedAt.getTime() + maxHold).toISOString();
  return (
    `"${name}" is still running after ${limit}: it started at ${startedAt.toISOString()}. If it has not ended at ` +
    `${end}, its ${hold} is over: its signal aborts, and its lock ends.`
  );
}

export function describeSkip({ name, tick }: TaskClaim, { reason, heldBy, heldUntil }: Skipped): string {
  // A poll for what was left behind: `done` says that there is nothing, and no run was skipped.
  if (reason === 'done' && tick.kind === 'abandoned') return `"${name}" has no tick to recover`;
  if (reason === 'done' && tick.kind === 'scheduled' && tick.catchupWindow !== undefined)
    return `"${name}" has no missed tick to catch up on`;
  const holder = heldBy === undefined ? '' : ` by ${heldBy}`;
  const until = heldUntil === undefined ? '' : ` until ${heldUntil.toISOString()}`;
  return `"${name}" is skipped: ${reason}${holder}${until}`;
}

/**
 * Says which ticks were missed and what becomes of them, or nothing where none was missed. A tick counts as missed once
 * it is older than `inTime` milliseconds: before that a timer that is a little late, or a claim under way, may run it.
 */
export function describeMissed(
  { name, tick, minHold, instants }: TaskClaim,
  answer: MissedAnswer,
  inTime: number,
): string | undefined {
  if (tick.kind !== 'scheduled' || !instants) return undefined;
  const { scheduledTime } = tick;
  const { status, now, lastTick } = answer;
  // Ticks within the minimum hold were not meant to run.
  const firstMissed =
    lastTick === undefined
      ? scheduledTime.getTime()
      : instants.nextAfter(lastTick.getTime() + Math.max(minHold - 1, 0));
  if (firstMissed > scheduledTime.getTime()) return undefined;
  const newest = `the tick of ${scheduledTime.toISOString()}, which no replica ran when it was due`;
  const older = `the missed ones before it, from ${new Date(firstMissed).toISOString()} on, are dropped`;
  const hasOlder = firstMissed < scheduledTime.getTime();
  const isOld = now - scheduledTime.getTime() > inTime;
  if (tick.catchupWindow === undefined || !isOld) {
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
  now: number;
  lastTick?: Date;
}

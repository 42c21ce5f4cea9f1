import type { Skipped, TaskClaim } from './task-claim.js';

export function describeSkip(name: string, { reason, heldBy, heldUntil }: Skipped): string {
  const holder = heldBy === undefined ? '' : ` by ${heldBy}`;
  const until = heldUntil === undefined ? '' : ` until ${heldUntil.toISOString()}`;
  return `"${name}" is skipped: ${reason}${holder}${until}`;
}

/** Says which ticks were missed and what becomes of them, or nothing where none was missed. */
export function describeMissed(
  { name, tick, minHold, instants }: TaskClaim,
  answer: MissedAnswer,
): string | undefined {
  if (tick.kind !== 'scheduled' || !instants) return undefined;
  const { scheduledTime } = tick;
  const { status, lastTick } = answer;
  // Ticks within the minimum hold were not meant to run.
  const firstMissed =
    lastTick === undefined
      ? scheduledTime.getTime()
      : instants.nextAfter(lastTick.getTime() + Math.max(minHold - 1, 0));
  if (firstMissed > scheduledTime.getTime()) return undefined;
  const newest = `the tick of ${scheduledTime.toISOString()}, which no replica ran when it was due`;
  const older = `the missed ones before it, from ${new Date(firstMissed).toISOString()} on, are dropped`;
  const hasOlder = firstMissed < scheduledTime.getTime();
  if (tick.catchupWindow === undefined) {
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

import { formatDuration } from '../common/duration.js';
import type { Outcome } from '../store/lock-store.js';
import type { HeldLock, HeldLockState } from './held-lock.js';
import type { MissedTicks } from './missed-ticks.js';
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

/** A poll for what was left behind was told that there is nothing: no run was skipped. */
export function isEmptyPoll({ tick }: TaskClaim, { reason }: Skipped): boolean {
  if (reason !== 'done') return false;
  return tick.kind === 'abandoned' || (tick.kind === 'scheduled' && tick.catchupWindow !== undefined);
}

export function describeSkip(claim: TaskClaim, skipped: Skipped): string {
  const { name, tick } = claim;
  const { reason, heldBy, heldUntil } = skipped;
  if (isEmptyPoll(claim, skipped))
    return tick.kind === 'abandoned'
      ? `"${name}" has no tick to recover`
      : `"${name}" has no missed tick to catch up on`;
  const holder = heldBy === undefined ? '' : ` by ${heldBy}`;
  const until = heldUntil === undefined ? '' : ` until ${heldUntil.toISOString()}`;
  return `"${name}" is skipped: ${reason}${holder}${until}`;
}

/** Says which ticks were missed and what becomes of them. */
export function describeMissed(name: string, { newest, fate, olderFrom }: MissedTicks): string {
  const missed = `the tick of ${newest.toISOString()}, which no replica ran when it was due`;
  const older =
    olderFrom === undefined
      ? ''
      : `; the missed ones before it, from ${new Date(olderFrom).toISOString()} on, are dropped`;
  switch (fate) {
    case 'runs':
      return `"${name}" runs the tick of ${newest.toISOString()}${older}.`;
    case 'caught up':
      return `"${name}" catches up on ${missed}${older}.`;
    case 'dropped':
      return `"${name}" has missed ${missed}: it is dropped, since it is older than the catchupWindow${older}.`;
  }
}

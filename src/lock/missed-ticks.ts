import type { ScheduledInstants, TaskClaim } from './task-claim.js';

/** What a claim found of ticks that no replica ran. */
export interface MissedTicks {
  /** The tick of the claim. It `runs` in time, is `caught up` on, or was missed too long ago and is `dropped`. */
  newest: Date;
  fate: 'runs' | 'caught up' | 'dropped';
  /** The first of the missed ticks before it, which are dropped, if there are any. Epoch milliseconds. */
  olderFrom?: number;
}

/** The part of an answer that says which tick ran last. */
interface MissedAnswer {
  status: 'won' | 'done';
  now: number;
  lastTick?: Date;
  /** The end of the last pause. */
  resumedAt?: Date;
}

/** How far missed ticks are counted: each costs a millisecond of cron arithmetic. */
const COUNT_UP_TO = 100;

/**
 * Which ticks were missed and what becomes of them, or nothing where none was missed. A tick counts as missed once it is
 * older than `inTime` milliseconds: before that a timer that is a little late, or a claim under way, may run it.
 */
export function missedTicks(
  { tick, minHold, instants }: TaskClaim,
  { status, now, lastTick, resumedAt }: MissedAnswer,
  inTime: number,
): MissedTicks | undefined {
  if (tick.kind !== 'scheduled' || !instants) return undefined;
  const { scheduledTime: newest } = tick;
  const first = Math.max(
    lastTick === undefined ? newest.getTime() : nextMeantToRun(instants, minHold, lastTick.getTime()),
    // What was due in a pause was not meant to run.
    resumedAt === undefined ? -Infinity : instants.nextAfter(resumedAt.getTime() - 1),
  );
  if (first > newest.getTime()) return undefined;
  const olderFrom = first < newest.getTime() ? first : undefined;
  const isOld = now - newest.getTime() > inTime;
  if (tick.catchupWindow === undefined || !isOld) {
    if (status === 'done' || olderFrom === undefined) return undefined;
    return { newest, fate: 'runs', olderFrom };
  }
  if (status === 'won') return { newest, fate: 'caught up', olderFrom };
  return lastTick === undefined ? undefined : { newest, fate: 'dropped', olderFrom };
}

/** The missed ticks that never run, if there are any. */
export function droppedTicks(
  { minHold, instants }: TaskClaim,
  { newest, fate, olderFrom }: MissedTicks,
): { count: number; first: Date; last: Date } | undefined {
  const first = olderFrom ?? (fate === 'dropped' ? newest.getTime() : undefined);
  if (first === undefined || !instants) return undefined;
  const isDropped = (instant: number): boolean =>
    fate === 'dropped' ? instant <= newest.getTime() : instant < newest.getTime();
  let last = first;
  let count = 1;
  for (; count < COUNT_UP_TO; count++) {
    const next = nextMeantToRun(instants, minHold, last);
    if (!isDropped(next)) break;
    last = next;
  }
  return { count, first: new Date(first), last: new Date(last) };
}

/** Ticks within the minimum hold of the one before were not meant to run. */
function nextMeantToRun(instants: ScheduledInstants, minHold: number, after: number): number {
  return instants.nextAfter(after + Math.max(minHold - 1, 0));
}

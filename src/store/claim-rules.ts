import type { ClaimAnswer, ClaimRequest, WonAnswer } from './lock-store.js';

/** A row of the lock table; times are epoch milliseconds. */
export interface LockRow {
  lockedUntil: number;
  startedAt: number;
  /** Null while a run is in progress. */
  finishedAt: number | null;
  lastTick: number;
  lockedBy: string | null;
  outcome: string | null;
}

/** What a store knows of pauses of the task. */
export interface Pauses {
  /** Whether it is paused when the claimed tick is due, or now where that is later. */
  isPaused: boolean;
  /** The end of the last pause, no later than now. */
  resumedAt?: Date;
}

type Refusal = Exclude<ClaimAnswer, WonAnswer>;

/** Why a claim does not get a row; nothing where it may have it. The rules of each store: a store in SQL grants by the same. */
export function refusalOf(
  request: ClaimRequest,
  row: LockRow,
  now: number,
  { isPaused, resumedAt }: Pauses,
): Refusal | undefined {
  const { tick, evenIfPaused = false, tolerance } = request;
  if (isPaused && !evenIfPaused) return { status: 'paused', now };
  const at = tick.kind === 'scheduled' ? tick.scheduledTime.getTime() : now;
  if (at - now > tolerance) return { status: 'early', now, dueIn: at - now };
  const heldBy = row.lockedBy ?? undefined;
  if (row.finishedAt === null && row.lockedUntil > now)
    return { status: 'held', now, inProgress: true, heldBy, heldUntil: dateOf(row.lockedUntil) };
  if (isRecovery(request, row)) return undefined;
  const done = doneAnswer(request, row, now, resumedAt);
  if (tick.kind === 'abandoned' || (tick.kind === 'scheduled' && at <= row.lastTick)) return done;
  const until = endOfMinHold(request, row, now);
  if (at < until) return { status: 'held', now, inProgress: false, heldBy, heldUntil: dateOf(until) };
  return tick.kind === 'scheduled' && !mayCatchUp(tick, row, now, resumedAt) ? done : undefined;
}

/** The answer to a claim whose tick has run, or whose own run is over. */
export function doneAnswer(
  { tick }: ClaimRequest,
  { lastTick }: LockRow,
  now: number,
  resumedAt: Date | undefined,
): Refusal {
  const isLate = tick.kind === 'scheduled' && tick.catchupWindow !== undefined;
  return { status: 'done', now, lastTick: dateOf(lastTick), resumedAt: isLate ? resumedAt : undefined };
}

/** Whether a claim repeats the tick of a run that died in the middle. */
export function isRecovery(
  { tick, recover }: ClaimRequest,
  { finishedAt, outcome, lastTick }: LockRow,
): boolean {
  if (finishedAt !== null || outcome !== 'recoverable') return false;
  if (tick.kind === 'abandoned') return true;
  return recover && tick.kind === 'scheduled' && tick.scheduledTime.getTime() === lastTick;
}

/** The tick that an interval counts from: one that lies further ahead was kept by a longer interval. */
export function keptTick(
  { lastTick, startedAt }: Pick<LockRow, 'lastTick' | 'startedAt'>,
  interval: number,
  now: number,
): number {
  return lastTick > now + 0.1 * interval ? Math.min(lastTick, startedAt) : lastTick;
}

/** Infinite where an operator wrote it into the row, and before the first run. */
export function dateOf(milliseconds: number): Date | undefined {
  return Number.isFinite(milliseconds) ? new Date(milliseconds) : undefined;
}

/** The end of the claimer's own minimum hold. */
function endOfMinHold({ tick, minHold }: ClaimRequest, row: LockRow, now: number): number {
  if (tick.kind === 'call') return minHold > 0 ? row.startedAt + minHold : -Infinity;
  if (tick.kind !== 'kept') return row.lastTick + minHold;
  return keptTick(row, tick.interval, now) + Math.max(minHold, 0.9 * tick.interval);
}

/**
 * Whether a tick that may have been missed is young enough, the name had its row when it was due, and no pause ended
 * after it.
 */
function mayCatchUp(
  { scheduledTime, catchupWindow }: Extract<ClaimRequest['tick'], { kind: 'scheduled' }>,
  { lastTick, finishedAt }: LockRow,
  now: number,
  resumedAt: Date | undefined,
): boolean {
  if (catchupWindow === undefined) return true;
  const at = scheduledTime.getTime();
  if (resumedAt && at <= resumedAt.getTime()) return false;
  return at >= now - catchupWindow && (lastTick > -Infinity || (finishedAt !== null && at > finishedAt));
}

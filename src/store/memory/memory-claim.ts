import type { ClaimAnswer, ClaimRequest, PreviousRun, WonAnswer } from '../lock-store.js';
import { triggerOf } from '../recorded-run.js';
import type { InMemoryLockRow } from './memory-lock-row.js';
import type { InMemoryOperating } from './memory-operating.js';

/** Claims a row, or says why not. */
export function claimRow(
  row: InMemoryLockRow,
  request: ClaimRequest,
  now: number,
  operating: InMemoryOperating,
): ClaimAnswer {
  const { task, trigger, evenIfPaused = false, token, replica, tick, recover, lease, tolerance } = request;
  const resumedAt = resumedFor(request, operating.endOfPause(task, now));
  const done: ClaimAnswer = {
    status: 'done',
    now,
    lastTick: lastTickOf(row),
    resumedAt: tick.kind === 'scheduled' && tick.catchupWindow !== undefined ? resumedAt : undefined,
  };
  if (row.token === token)
    return row.finishedAt === null ? { ...wonBy(row, now, tick.kind), resumedAt } : done;
  const dueIn = tick.kind === 'scheduled' ? tick.scheduledTime.getTime() - now : 0;
  if (!evenIfPaused && operating.isPaused(task, now + Math.max(0, dueIn))) return { status: 'paused', now };
  if (dueIn > tolerance) return { status: 'early', now, dueIn };
  const heldBy = row.lockedBy ?? undefined;
  if (row.finishedAt === null && row.lockedUntil > now) {
    return { status: 'held', now, inProgress: true, heldBy, heldUntil: new Date(row.lockedUntil) };
  }
  const recovering = row.finishedAt === null && row.outcome === 'recoverable' && isTickOf(row, request);
  if (tick.kind === 'abandoned' && !recovering) return done;
  if (!recovering && tick.kind === 'scheduled' && tick.scheduledTime.getTime() <= row.lastTick) return done;
  const until = recovering ? -Infinity : heldUntil(row, request, now);
  const at = tick.kind === 'scheduled' ? tick.scheduledTime.getTime() : now;
  if (at < until) return { status: 'held', now, inProgress: false, heldBy, heldUntil: new Date(until) };
  if (!recovering && tick.kind === 'scheduled' && !mayCatchUp(row, tick, now, resumedAt)) return done;

  const previous = previousOf(row);
  const isOpen = row.finishedAt === null && row.token === null;
  const leftOpen = (isOpen && row.outcome === 'recoverable') || undefined;
  const lastTick = lastTickOf(row);
  if (tick.kind === 'scheduled') row.lastTick = tick.scheduledTime.getTime();
  if (tick.kind === 'kept') {
    const last = lastKept(row, tick.interval, now);
    row.lastTick = now < last + 2 * tick.interval ? Math.floor(last + tick.interval) : now;
  }
  const epoch = BigInt(Math.floor(now));
  const fence = row.fence + 1n > epoch ? row.fence + 1n : epoch;
  Object.assign(row, {
    fence,
    token,
    lockedBy: replica,
    startedAt: now,
    finishedAt: null,
    lockedUntil: now + lease,
  });
  const recoverable = recover && tick.kind !== 'call' ? 'recoverable' : trigger;
  Object.assign(row, { outcome: recovering ? 'recovering' : recoverable, error: null });
  return { ...wonBy(row, now, tick.kind), lastTick, previous, leftOpen, resumedAt };
}

/** A call has missed no tick. */
function resumedFor({ tick }: ClaimRequest, endOfPause: number | undefined): Date | undefined {
  return tick.kind === 'call' || endOfPause === undefined ? undefined : new Date(endOfPause);
}

function lastTickOf({ lastTick }: InMemoryLockRow): Date | undefined {
  return Number.isFinite(lastTick) ? new Date(lastTick) : undefined;
}

/**
 * Whether a tick that may have been missed is young enough, the name had its row when it was due, and no pause ended
 * after it.
 */
function mayCatchUp(
  { lastTick, finishedAt }: InMemoryLockRow,
  { scheduledTime, catchupWindow }: Extract<ClaimRequest['tick'], { kind: 'scheduled' }>,
  now: number,
  resumedAt: Date | undefined,
): boolean {
  if (catchupWindow === undefined) return true;
  const at = scheduledTime.getTime();
  if (resumedAt && at <= resumedAt.getTime()) return false;
  return at >= now - catchupWindow && (lastTick > -Infinity || (finishedAt !== null && at > finishedAt));
}

/** The end of the claimer's own minimum hold. */
function heldUntil(row: InMemoryLockRow, { tick, minHold }: ClaimRequest, now: number): number {
  if (tick.kind === 'call') return minHold > 0 ? row.startedAt + minHold : -Infinity;
  if (tick.kind !== 'kept') return row.lastTick + minHold;
  return lastKept(row, tick.interval, now) + Math.max(minHold, 0.9 * tick.interval);
}

/** The tick that an interval counts from: one that lies further ahead was kept by a longer interval. */
function lastKept({ lastTick, startedAt }: InMemoryLockRow, interval: number, now: number): number {
  return lastTick > now + 0.1 * interval ? Math.min(lastTick, startedAt) : lastTick;
}

/** Whether a request that may recover asks for the tick that the row has. */
function isTickOf({ lastTick }: InMemoryLockRow, { tick, recover }: ClaimRequest): boolean {
  return (
    tick.kind === 'abandoned' ||
    (recover && tick.kind === 'scheduled' && tick.scheduledTime.getTime() === lastTick)
  );
}

/** The run that is superseded, where it did not finish. */
function previousOf(row: InMemoryLockRow): PreviousRun | undefined {
  const { finishedAt, lockedBy, startedAt, fence, outcome } = row;
  if (finishedAt !== null) return undefined;
  return { replica: lockedBy ?? '', startedAt: new Date(startedAt), fence, trigger: triggerOf(outcome) };
}

function wonBy(row: InMemoryLockRow, now: number, kind: ClaimRequest['tick']['kind']): WonAnswer {
  return {
    status: 'won',
    now,
    fence: row.fence,
    startedAt: new Date(row.startedAt),
    scheduledTime: kind === 'call' ? undefined : new Date(row.lastTick),
    lockedUntil: new Date(row.lockedUntil),
    recovering: row.outcome === 'recovering',
  };
}

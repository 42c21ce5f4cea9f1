import { dateOf, doneAnswer, isRecovery, keptTick, refusalOf } from '../claim-rules.js';
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
  const { task, token, tick } = request;
  const end = tick.kind === 'scheduled' ? operating.endOfPause(task, now) : undefined;
  const resumedAt = end === undefined ? undefined : new Date(end);
  if (row.token === token)
    return row.finishedAt === null
      ? wonBy(row, request, now, resumedAt)
      : doneAnswer(request, row, now, resumedAt);
  const due = tick.kind === 'scheduled' ? Math.max(now, tick.scheduledTime.getTime()) : now;
  const refusal = refusalOf(request, row, now, { isPaused: operating.isPaused(task, due), resumedAt });
  return refusal ?? take(row, request, now, resumedAt);
}

function take(row: InMemoryLockRow, request: ClaimRequest, now: number, resumedAt?: Date): WonAnswer {
  const { trigger, token, replica, tick, recover, lease } = request;
  const previous = previousRun(row);
  const recovering = isRecovery(request, row);
  const leftOpen = (previous && row.token === null && row.outcome === 'recoverable') || undefined;
  const lastTick = dateOf(row.lastTick);
  if (tick.kind === 'scheduled') row.lastTick = tick.scheduledTime.getTime();
  if (tick.kind === 'kept') {
    const last = keptTick(row, tick.interval, now);
    row.lastTick = now < last + 2 * tick.interval ? Math.floor(last + tick.interval) : now;
  }
  const epoch = BigInt(Math.floor(now));
  row.fence = row.fence + 1n > epoch ? row.fence + 1n : epoch;
  Object.assign(row, {
    token,
    lockedBy: replica,
    startedAt: now,
    finishedAt: null,
    lockedUntil: now + lease,
    error: null,
  });
  const recoverable = recover && tick.kind !== 'call' ? 'recoverable' : trigger;
  row.outcome = recovering ? 'recovering' : recoverable;
  return wonBy(row, request, now, resumedAt, { lastTick, previous, leftOpen });
}

/** Property by property: after a leading spread Node 20 makes a hidden class for each answer. */
function wonBy(
  row: InMemoryLockRow,
  { tick }: ClaimRequest,
  now: number,
  resumedAt: Date | undefined,
  before: Pick<WonAnswer, 'lastTick' | 'previous' | 'leftOpen'> = {},
): WonAnswer {
  return {
    status: 'won',
    now,
    fence: row.fence,
    startedAt: new Date(row.startedAt),
    scheduledTime: tick.kind === 'call' ? undefined : new Date(row.lastTick),
    lockedUntil: new Date(row.lockedUntil),
    recovering: row.outcome === 'recovering',
    lastTick: before.lastTick,
    previous: before.previous,
    leftOpen: before.leftOpen,
    resumedAt,
  };
}

/** The run that is superseded, where it did not finish. */
function previousRun(row: InMemoryLockRow): PreviousRun | undefined {
  const { finishedAt, lockedBy, startedAt, fence, outcome } = row;
  if (finishedAt !== null) return undefined;
  return { replica: lockedBy ?? '', startedAt: new Date(startedAt), fence, trigger: triggerOf(outcome) };
}

import type { ClaimAnswer, ClaimRequest, PreviousRun } from '../lock-store.js';
import type { ClaimColumn, ClaimRow } from './claim.sql.js';

/** A request as the claim statement takes it; the tick is an instant with an offset, at millisecond precision. */
export function requestRow(request: ClaimRequest): Record<ClaimColumn, string | number | boolean | null> {
  const { name, token, replica, tick, recover, minHold, lease, tolerance } = request;
  return {
    name,
    token,
    replica,
    kind: tick.kind,
    scheduled_time: tick.kind === 'scheduled' ? tick.scheduledTime.toISOString() : null,
    catch_up_ms: tick.kind === 'scheduled' ? (tick.catchUpWindow ?? null) : null,
    step_ms: tick.kind === 'kept' ? tick.interval : null,
    recover,
    min_hold_ms: minHold,
    lease_ms: lease,
    tolerance_ms: tolerance,
  };
}

/** No row is a statement that met a conflict; a row still missing was deleted meanwhile: both are asked again. */
export function answerOf({ tick }: ClaimRequest, row: ClaimRow | undefined): ClaimAnswer {
  if (!row || row.answer === 'missing') return { status: 'busy' };
  const now = Number(row.now_ms);
  const heldBy = row.held_by ?? undefined;
  switch (row.answer) {
    case 'won':
      return {
        status: 'won',
        now,
        fence: BigInt(row.fence),
        startedAt: dateOf(row.started_ms),
        scheduledTime: tick.kind === 'call' ? undefined : dateOf(row.tick_ms),
        lockedUntil: dateOf(row.until_ms),
        recovering: row.outcome === 'recovering',
        // An ask that is repeated finds its own.
        lastTick: row.follows_dead === null ? undefined : finiteDateOf(row.last_tick_ms),
        previous: previousOf(row),
      };
    case 'running':
      return { status: 'held', now, inProgress: true, heldBy, heldUntil: finiteDateOf(row.until_ms) };
    case 'held':
      return { status: 'held', now, inProgress: false, heldBy, heldUntil: finiteDateOf(row.hold_ms) };
    case 'early':
      return {
        status: 'early',
        now,
        dueIn: tick.kind === 'scheduled' ? tick.scheduledTime.getTime() - now : 0,
      };
    case 'done':
      return { status: 'done', now, lastTick: finiteDateOf(row.last_tick_ms) };
    case 'busy':
      return { status: 'busy', now };
  }
}

/** An ask that is repeated no longer knows it: the row says only who holds it now. */
function previousOf(row: ClaimRow): PreviousRun | undefined {
  if (row.follows_dead !== 't') return undefined;
  return {
    replica: row.previous_by ?? '',
    startedAt: dateOf(row.previous_started_ms),
    fence: BigInt(row.previous_fence),
  };
}

function dateOf(milliseconds: string): Date {
  return new Date(Number(milliseconds));
}

/** An operator may have written 'infinity' into the row, to keep a task from running. */
function finiteDateOf(milliseconds: string | null): Date | undefined {
  const date = dateOf(milliseconds ?? 'NaN');
  return Number.isFinite(date.getTime()) ? date : undefined;
}

import { dateOf, doneAnswer, refusalOf } from '../claim-rules.js';
import type { LockRow } from '../claim-rules.js';
import type { ClaimAnswer, ClaimRequest, PreviousRun, WonAnswer } from '../lock-store.js';
import { triggerOf } from '../recorded-run.js';

/** One row for each lock that there is, all values as Postgres writes them; times are epoch seconds. */
export interface ClaimRow {
  name: string;
  won: 't' | 'f';
  now: string;
  /** This and the next four are of the claim where it won, and else of the row as it is. */
  fence: string;
  started: string;
  tick: string;
  until: string;
  outcome: string | null;
  held_by: string | null;
  /** None while a run is in progress. */
  finished: string | null;
  /** Whether the row carries the token of the claim. */
  mine: 't' | 'f' | null;
  paused: 't' | 'f' | null;
  /** The ends of pauses as `{1767225600,1767229200}`, where missed ticks count. */
  resumed: string | null;
  /** The tick before the one that was won. */
  previous_tick: string | null;
  /** Of the run that died, where its row was won. */
  previous_by?: string | null;
  previous_started?: string | null;
  previous_fence?: string | null;
  previous_outcome?: string | null;
  left_open?: 't' | 'f' | null;
}

/**
 * What a row answers to a claim. `dead`: nothing speaks against it, but the statement takes no rows of runs that died,
 * and this is one.
 */
export function claimAnswer(request: ClaimRequest, row: ClaimRow): ClaimAnswer | 'dead' {
  const now = millisecondsOf(row.now);
  if (isWon(row)) return wonAnswer(request, row, now);
  const resumedAt = lastOf(row.resumed);
  const lock = lockOf(row);
  if (row.mine === 't') return doneAnswer(request, lock, now, resumedAt);
  const refusal = refusalOf(request, lock, now, { isPaused: row.paused === 't', resumedAt });
  return refusal ?? (lock.finishedAt === null ? 'dead' : { status: 'busy', now });
}

/** Also where an earlier send of the same claim has won. */
export function isWon({ won, mine, finished }: ClaimRow): boolean {
  return won === 't' || (mine === 't' && finished === null);
}

function wonAnswer({ tick }: ClaimRequest, row: ClaimRow, now: number): WonAnswer {
  return {
    status: 'won',
    now,
    fence: BigInt(row.fence),
    startedAt: new Date(millisecondsOf(row.started)),
    scheduledTime: tick.kind === 'call' ? undefined : new Date(millisecondsOf(row.tick)),
    lockedUntil: new Date(millisecondsOf(row.until)),
    recovering: row.outcome === 'recovering',
    // A repeated send finds its own tick, and no longer knows the run before: the row says only who holds it now.
    lastTick: finiteDateOf(row.previous_tick),
    previous: previousOf(row),
    leftOpen: row.left_open === 't' || undefined,
    resumedAt: lastOf(row.resumed),
  };
}

function previousOf(row: ClaimRow): PreviousRun | undefined {
  if (!row.previous_fence) return undefined;
  return {
    replica: row.previous_by ?? '',
    startedAt: new Date(millisecondsOf(row.previous_started ?? '')),
    fence: BigInt(row.previous_fence),
    trigger: triggerOf(row.previous_outcome),
  };
}

function lockOf(row: ClaimRow): LockRow {
  return {
    lockedUntil: millisecondsOf(row.until),
    startedAt: millisecondsOf(row.started),
    finishedAt: row.finished === null ? null : millisecondsOf(row.finished),
    lastTick: millisecondsOf(row.tick),
    lockedBy: row.held_by,
    outcome: row.outcome,
  };
}

/** Epoch seconds, exact to the microsecond: a tick is compared with them. */
function millisecondsOf(seconds: string): number {
  return Math.round(Number(seconds) * 1_000_000) / 1_000;
}

function finiteDateOf(seconds: string | null): Date | undefined {
  return seconds === null ? undefined : dateOf(millisecondsOf(seconds));
}

function lastOf(array: string | null): Date | undefined {
  if (array === null || array === '{}') return undefined;
  return dateOf(Math.max(...array.slice(1, -1).split(',').map(millisecondsOf)));
}

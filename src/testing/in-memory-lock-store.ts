import type {
  ClaimAnswer,
  ClaimRequest,
  LockStore,
  PurgeRequest,
  PreviousRun,
  ReleaseAnswer,
  ReleaseRequest,
  RenewAnswer,
  RenewRequest,
  WonAnswer,
} from '../lock/lock-store.js';
import { InMemoryRequestStore } from '../requests/in-memory-request-store.js';

/** A row of the lock table, as the store holds it; times are epoch milliseconds. */
export interface InMemoryLockRow {
  lockedUntil: number;
  startedAt: number;
  /** Null while a run is in progress. */
  finishedAt: number | null;
  lastTick: number;
  fence: bigint;
  token: string | null;
  lockedBy: string | null;
  outcome: string | null;
  error: string | null;
}

/**
 * Keeps locks in memory, by the same rules as Postgres. Applications in one process that share an instance exclude
 * each other, so that a test can play several replicas.
 *
 * @example
 * let now = Date.parse('2026-01-01T00:00:00Z');
 * const store = new InMemoryLockStore(() => now);
 */
export class InMemoryLockStore implements LockStore {
  /** Where requests wait. */
  readonly requests: InMemoryRequestStore;
  private readonly rows = new Map<string, InMemoryLockRow>();

  /** `now`: the store's clock, in epoch milliseconds. Default: the clock of this machine. */
  constructor(private readonly now: () => number = Date.now) {
    this.requests = new InMemoryRequestStore(now, (name, token) => {
      const row = this.rows.get(name);
      if (!row || row.finishedAt !== null || row.lockedUntil <= now()) return false;
      return token === undefined || row.token === token;
    });
  }

  /** A copy of a row, for assertions. */
  row(name: string): InMemoryLockRow | undefined {
    const row = this.rows.get(name);
    return row && { ...row };
  }

  async prepare(names: readonly string[]): Promise<void> {
    for (const name of names) this.rowOf(name);
  }

  async claim(requests: readonly ClaimRequest[]): Promise<ClaimAnswer[]> {
    return requests.map((request) => this.claimOne(request));
  }

  async renew(held: readonly RenewRequest[]): Promise<RenewAnswer[]> {
    const now = this.now();
    return held.map(({ name, token, lease, maxHold }): RenewAnswer => {
      const row = this.rows.get(name);
      if (!row || row.token !== token || row.finishedAt !== null || row.lockedUntil <= now)
        return { status: 'lost', now };
      row.lockedUntil = Math.max(row.lockedUntil, Math.min(now + lease, row.startedAt + maxHold));
      return { status: 'renewed', now, lockedUntil: new Date(row.lockedUntil) };
    });
  }

  async release(held: readonly ReleaseRequest[]): Promise<ReleaseAnswer[]> {
    return held.map((request) => this.releaseOne(request));
  }

  async purge({ prefix, unusedFor }: PurgeRequest): Promise<number> {
    const before = this.now() - unusedFor;
    const unused = [...this.rows].filter(
      ([name, { finishedAt, lockedUntil, lastTick, fence }]) =>
        name.startsWith(prefix) &&
        finishedAt !== null &&
        finishedAt < before &&
        lockedUntil < before &&
        lastTick === -Infinity &&
        fence < BigInt(Math.floor(before)),
    );
    for (const [name] of unused) this.rows.delete(name);
    return unused.length;
  }

  private claimOne(request: ClaimRequest): ClaimAnswer {
    const { name, token, replica, tick, recover, lease, tolerance } = request;
    const now = this.now();
    const row = this.rowOf(name);
    if (row.token === token) return row.finishedAt === null ? wonBy(row, now, tick.kind) : doneAt(row, now);
    const dueIn = tick.kind === 'scheduled' ? tick.scheduledTime.getTime() - now : 0;
    if (dueIn > tolerance) return { status: 'early', now, dueIn };
    const heldBy = row.lockedBy ?? undefined;
    if (row.finishedAt === null && row.lockedUntil > now) {
      return { status: 'held', now, inProgress: true, heldBy, heldUntil: new Date(row.lockedUntil) };
    }
    const recovering = row.finishedAt === null && row.outcome === 'recoverable' && isTickOf(row, request);
    if (tick.kind === 'abandoned' && !recovering) return doneAt(row, now);
    if (!recovering && tick.kind === 'scheduled' && tick.scheduledTime.getTime() <= row.lastTick)
      return doneAt(row, now);
    const until = recovering ? -Infinity : heldUntil(row, request, now);
    const at = tick.kind === 'scheduled' ? tick.scheduledTime.getTime() : now;
    if (at < until) return { status: 'held', now, inProgress: false, heldBy, heldUntil: new Date(until) };
    if (!recovering && tick.kind === 'scheduled' && !mayCatchUp(row, tick, now)) return doneAt(row, now);

    const previous = previousOf(row);
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
    const recoverable = recover && tick.kind !== 'call' ? 'recoverable' : null;
    Object.assign(row, { outcome: recovering ? 'recovering' : recoverable, error: null });
    return wonBy(row, now, tick.kind, lastTick, previous);
  }

  private releaseOne({
    name,
    token,
    tick,
    minHold,
    stepBack,
    outcome,
    error,
  }: ReleaseRequest): ReleaseAnswer {
    const now = this.now();
    const row = this.rows.get(name);
    if (!row || row.token !== token || row.finishedAt !== null) return { status: 'gone', now };
    const returned = outcome === 'returned';
    const recovering = row.outcome === 'recovering';
    if (
      (returned && recovering) ||
      (outcome === 'aborted' && (recovering || row.outcome === 'recoverable'))
    ) {
      Object.assign(row, { token: null, lockedUntil: now, outcome: 'recoverable', error: error ?? null });
      return { status: 'released', now };
    }
    row.finishedAt = now;
    row.lockedUntil = returned
      ? now
      : Math.max(now, (tick === 'call' ? row.startedAt : row.lastTick) + minHold);
    if (returned && tick === 'call') row.startedAt -= stepBack;
    if (returned && tick !== 'call') row.lastTick -= stepBack;
    row.outcome = outcome;
    row.error = error ?? null;
    return { status: 'released', now };
  }

  private rowOf(name: string): InMemoryLockRow {
    let row = this.rows.get(name);
    if (!row) this.rows.set(name, (row = newRow(this.now())));
    return row;
  }
}

/** One that has finished now: what was due before it was made has not been missed. */
function newRow(now: number): InMemoryLockRow {
  return {
    lockedUntil: -Infinity,
    startedAt: -Infinity,
    finishedAt: now,
    lastTick: -Infinity,
    fence: 0n,
    token: null,
    lockedBy: null,
    outcome: null,
    error: null,
  };
}

function lastTickOf({ lastTick }: InMemoryLockRow): Date | undefined {
  return Number.isFinite(lastTick) ? new Date(lastTick) : undefined;
}

function doneAt(row: InMemoryLockRow, now: number): ClaimAnswer {
  return { status: 'done', now, lastTick: lastTickOf(row) };
}

/** Whether a tick that may have been missed is young enough, and the name had its row when it was due. */
function mayCatchUp(
  { lastTick, finishedAt }: InMemoryLockRow,
  { scheduledTime, catchUpWindow }: Extract<ClaimRequest['tick'], { kind: 'scheduled' }>,
  now: number,
): boolean {
  if (catchUpWindow === undefined) return true;
  const at = scheduledTime.getTime();
  return at >= now - catchUpWindow && (lastTick > -Infinity || (finishedAt !== null && at > finishedAt));
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
function previousOf({ finishedAt, lockedBy, startedAt, fence }: InMemoryLockRow): PreviousRun | undefined {
  if (finishedAt !== null) return undefined;
  return { replica: lockedBy ?? '', startedAt: new Date(startedAt), fence };
}

function wonBy(
  row: InMemoryLockRow,
  now: number,
  kind: ClaimRequest['tick']['kind'],
  lastTick?: Date,
  previous?: PreviousRun,
): WonAnswer {
  return {
    status: 'won',
    now,
    fence: row.fence,
    startedAt: new Date(row.startedAt),
    scheduledTime: kind === 'call' ? undefined : new Date(row.lastTick),
    lockedUntil: new Date(row.lockedUntil),
    recovering: row.outcome === 'recovering',
    lastTick,
    previous,
  };
}

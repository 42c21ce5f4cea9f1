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

/** One that has finished now: what was due before it was made has not been missed. */
export function newRow(now: number): InMemoryLockRow {
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

import type { LockRow } from '../claim-rules.js';

/** A row of the lock table, as the store holds it; times are epoch milliseconds. */
export interface InMemoryLockRow extends LockRow {
  fence: bigint;
  token: string | null;
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

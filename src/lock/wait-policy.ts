import type { Skipped } from './task-claim.js';

/** Milliseconds between two asks of a claim that waits for a lock. */
const SHORTEST_WAIT = 10;
const LONGEST_WAIT = 1_000;

/** Milliseconds that a claim which waits has for an answer at least: its last ask must have a chance. */
const SHORTEST_TIMEOUT = 1_000;

/** How long one claim may take that has waited so long, of `patience` milliseconds; at most `timeout`. */
export function timeoutWhileWaiting(timeout: number, waited: number, patience = Infinity): number {
  return Math.min(timeout, Math.max(patience - waited, SHORTEST_TIMEOUT));
}

/**
 * How long a claim waits before it asks again for a lock that is held; nothing where it waits no longer. A tenth of what
 * it has waited so far: short runs follow each other closely, and a run of ten minutes is asked for once a second.
 */
export function delayWhileHeld({ reason }: Skipped, waited: number, patience = 0): number | undefined {
  if (reason !== 'held' || waited >= patience) return undefined;
  const delay = Math.min(Math.max(waited / 10, SHORTEST_WAIT), LONGEST_WAIT);
  return Math.min(delay * (0.5 + Math.random()), patience - waited);
}

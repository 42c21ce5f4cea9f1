import type { Skipped } from './task-claim.js';

/** Milliseconds between two attempts of a claim that waits for a lock. */
const SHORTEST_WAIT = 10;
const LONGEST_WAIT = 1_000;

/** The shortest timeout of an attempt, in milliseconds: the last one must have a chance of an answer. */
const SHORTEST_TIMEOUT = 1_000;

/** The timeout of one attempt: what is left of `waitTimeout`, and at most `timeout`. Milliseconds. */
export function timeoutWhileWaiting(timeout: number, waited: number, waitTimeout: number): number {
  return Math.min(timeout, Math.max(waitTimeout - waited, SHORTEST_TIMEOUT));
}

/**
 * Milliseconds until a claim attempts again to get a lock that is held, or nothing where it waits no longer. A tenth of
 * the time waited so far: short runs follow each other closely, and a long run causes one attempt a second.
 */
export function delayWhileHeld({ reason }: Skipped, waited: number, waitTimeout = 0): number | undefined {
  if (reason !== 'held' || waited >= waitTimeout) return undefined;
  const delay = Math.min(Math.max(waited / 10, SHORTEST_WAIT), LONGEST_WAIT);
  return Math.min(delay * (0.5 + Math.random()), waitTimeout - waited);
}

/**
 * Milliseconds until a candidate polls again whether it can lead: a twentieth of the lease, which says how soon a dead
 * leader is replaced, and at most a second, which says how soon one that hands over is.
 */
export function candidatePoll(lease: number): number {
  return Math.min(lease / 20, LONGEST_WAIT) * (0.5 + Math.random());
}

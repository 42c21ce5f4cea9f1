import type { TickLock } from '../support/tick-protocol.js';

/** A lock that people use in place of this package, as its documentation shows it first. */
export interface Peer extends TickLock {
  close(): Promise<void>;
}

/** The name of the lock that all replicas contend for. */
export const TASK = 'beside its peers';

import type { LockStore } from '../../store/lock-store.js';

/** What the scenarios read of a row; times are epoch milliseconds. */
export interface ObservedRow {
  lockedUntil: number;
  finishedAt: number | null;
  lastTick: number;
  fence: bigint;
  outcome: string | null;
  error: string | null;
}

/** What you give the scenarios: an empty store, and control of its clock. */
export interface ConformanceHarness {
  store: LockStore;
  /** The store's clock, in epoch milliseconds. */
  now(): Promise<number>;
  /** Moves the store's clock forward, or back if `milliseconds` is negative. */
  advance(milliseconds: number): Promise<void>;
  /** Reads a row directly, without the store's own methods. */
  row(name: string): Promise<ObservedRow | undefined>;
}

/** One thing that a store must do. */
export interface ConformanceScenario {
  name: string;
  /** The rule that a store which fails this scenario breaks. */
  rule: string;
  run: (harness: ConformanceHarness) => Promise<void>;
}

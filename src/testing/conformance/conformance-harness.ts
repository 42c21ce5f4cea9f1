import type { LockStore } from '../../store/lock-store.js';

/** A row as the scenarios look at it; times are epoch milliseconds. */
export interface ObservedRow {
  lockedUntil: number;
  finishedAt: number | null;
  lastTick: number;
  fence: bigint;
  outcome: string | null;
  error: string | null;
}

/** What a store's author gives the scenarios: a store that is empty, and a hand on its clock. */
export interface ConformanceHarness {
  store: LockStore;
  /** The store's clock, in epoch milliseconds. */
  now(): Promise<number>;
  /** Moves the store's clock forward. */
  advance(milliseconds: number): Promise<void>;
  /** Reads a row past the store. */
  row(name: string): Promise<ObservedRow | undefined>;
}

/** One thing that a store must do. */
export interface ConformanceScenario {
  name: string;
  /** The rule of the claim that this scenario would catch the absence of. */
  rule: string;
  run: (harness: ConformanceHarness) => Promise<void>;
}

import type { RecordedRun } from '../recorded-run.js';

/** A pause as the row of a task has it; times are epoch milliseconds. */
export interface InMemoryPause {
  since: number;
  /** Infinity where only a resume ends it. */
  until: number;
  by: string;
  reason?: string;
  resumedAt?: number;
}

/** What claims, renewals and releases share with the operator's part of the store in memory. */
export class InMemoryOperating {
  /** By task, or `*` for all. */
  readonly pauses = new Map<string, InMemoryPause>();
  /** By lock: the run that was last asked to stop. */
  readonly cancels = new Map<string, { fence: bigint; by: string; reason?: string }>();
  /** By lock and fence: see {@link runKey}. */
  readonly runs = new Map<string, RecordedRun>();
}

export function runKey({ name, fence }: Pick<RecordedRun, 'name' | 'fence'>): string {
  return `${name}\n${fence}`;
}

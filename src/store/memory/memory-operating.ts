import { ALL_TASKS } from '../operator-store.js';
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

  isPaused(task: string, now: number): boolean {
    return this.pausesOf(task).some(({ until }) => until > now);
  }

  /** When the last pause of the task ended, no later than now; nothing where it was never paused. */
  endOfPause(task: string, now: number): number | undefined {
    const ends = this.pausesOf(task).map(({ until, resumedAt = now }) => Math.min(until, resumedAt, now));
    return ends.length > 0 ? Math.max(...ends) : undefined;
  }

  private pausesOf(task: string): InMemoryPause[] {
    return [task, ALL_TASKS].flatMap((name) => this.pauses.get(name) ?? []);
  }
}

export function runKey({ name, fence }: Pick<RecordedRun, 'name' | 'fence'>): string {
  return `${name}\n${fence}`;
}

import type { JournalLine } from './journal.js';
import { LONG_TASK } from './tasks.js';

/** Finds the replica to kill: one that is in the middle of a run of the long task. */
export class CrashScout {
  private readonly running = new Map<string, JournalLine & { event: 'start' }>();
  private lastRefresh = 0;

  add(lines: readonly JournalLine[]): void {
    for (const line of lines) {
      if (line.event === 'start') {
        this.running.set(line.run, line);
        if (line.task === 'refresh') this.lastRefresh = line.at;
      } else if (line.event === 'end') {
        this.running.delete(line.run);
      }
    }
  }

  /** A replica that is in the middle of a long run, while nothing else of it is under way or about to be claimed. */
  quietVictim(now: number): string | undefined {
    // One that dies between a claim and its first line in the journal leaves a lease that no journal can explain.
    const inSecond = now % 1_000;
    const sinceRefresh = now - this.lastRefresh;
    const isQuiet = inSecond > 500 && inSecond < 900 && sinceRefresh > 400 && sinceRefresh < 1_600;
    const victim = isQuiet ? this.victim(now) : undefined;
    const isBusy = [...this.running.values()].some(
      (run) => run.replica === victim && run.task !== LONG_TASK.name,
    );
    return isBusy ? undefined : victim;
  }

  /** A replica that is in the middle of a long run. */
  victim(now: number): string | undefined {
    const runs = [...this.running.values()].filter(({ task }) => task === LONG_TASK.name);
    return runs.find(({ at }) => now - at >= 1_000 && now - at <= LONG_TASK.takes - 300)?.replica;
  }
}

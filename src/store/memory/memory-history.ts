import type { HistoryLimits, LedgerSearch, RunSearch } from '../operator-store.js';
import type { RecordedRun, RunFacts } from '../recorded-run.js';
import { runKey } from './memory-operating.js';

/** Reads and prunes the runs that have ended. */
export class InMemoryHistory {
  constructor(
    private readonly runs: Map<string, RecordedRun>,
    private readonly now: () => number,
  ) {}

  tasks(): Set<string> {
    return new Set([...this.runs.values()].map(({ task }) => task));
  }

  /** The newest first. */
  of(task: string): RecordedRun[] {
    return [...this.runs.values()].filter((run) => run.task === task).sort(newestFirst);
  }

  search({ task, limit, outcomes, key, before, fences, trigger }: RunSearch): RecordedRun[] {
    return this.of(task)
      .filter(({ outcome }) => !outcomes || outcomes.includes(outcome))
      .filter((run) => key === undefined || run.key === key)
      .filter(({ startedAt }) => !before || startedAt < before)
      .filter(({ fence }) => !fences || fences.includes(fence))
      .filter((run) => trigger === undefined || run.trigger === trigger)
      .slice(0, limit);
  }

  /** What a ledger needs: runs in that time, and the ticks next to it. */
  around({ task, from, to }: LedgerSearch): RecordedRun[] {
    const all = this.of(task).reverse();
    const ofTicks = all.filter(({ tick }) => tick).sort((one, other) => +one.tick! - +other.tick!);
    const before = ofTicks.filter(({ tick }) => tick! < from).at(-1);
    const after = ofTicks.find(({ tick }) => tick! > to);
    return all.filter(
      (run) =>
        run === before ||
        run === after ||
        (run.tick && run.tick >= from && run.tick <= to) ||
        (run.startedAt <= to && (run.finishedAt ?? run.startedAt) >= from),
    );
  }

  recordDied(runs: readonly RunFacts[]): void {
    for (const run of runs) {
      const key = runKey(run);
      if (!this.runs.has(key)) this.runs.set(key, { ...run, outcome: 'died' });
    }
  }

  prune({ runs, runsOfKeyed, atLeast, maxAge }: HistoryLimits): number {
    const oldest = this.now() - maxAge;
    const pruned = [...this.tasks()].flatMap((task) => {
      const all = this.of(task);
      const kept = all.some(({ key }) => key !== undefined) ? runsOfKeyed : runs;
      return all.filter(
        ({ startedAt }, index) => index >= atLeast && (index >= kept || startedAt.getTime() < oldest),
      );
    });
    for (const run of pruned) this.runs.delete(runKey(run));
    return pruned.length;
  }

  forget(task: string): number {
    const forgotten = this.of(task);
    for (const run of forgotten) this.runs.delete(runKey(run));
    return forgotten.length;
  }
}

/** How many of the newest runs went wrong, back to the last success. */
export function failuresInARow(newest: readonly RecordedRun[]): number {
  const success = newest.findIndex(({ outcome }) => outcome === 'succeeded');
  const since = success < 0 ? newest : newest.slice(0, success);
  return since.filter(({ outcome }) => outcome === 'failed' || outcome === 'died' || outcome === 'lost')
    .length;
}

function newestFirst(one: RecordedRun, other: RecordedRun): number {
  return other.startedAt.getTime() - one.startedAt.getTime() || (other.fence > one.fence ? 1 : -1);
}

import { lockOf } from '../store/lock-name.js';
import type { OperatorStore, RunSearch, TaskRecord } from '../store/operator-store.js';
import type { RecordedRun } from '../store/recorded-run.js';
import { isDead, unendedRun } from './state-shapes.js';

/** Of many keys some may have the same fence. */
const MOST_KNOWN = 1_000;

/** The runs of a task, the newest first, with those that died and that nobody has written down yet. */
export async function runsOf(
  store: Pick<OperatorStore, 'runs'>,
  record: TaskRecord,
  search: RunSearch,
  now: Date,
): Promise<RecordedRun[]> {
  const recorded = await store.runs(search);
  const dead = deadRuns(record, search, now);
  if (dead.length === 0) return recorded;
  // Asked for by their fences: what the history has of them may not be what was searched for.
  const known = await store.runs({
    task: search.task,
    fences: dead.map(({ fence }) => fence),
    limit: MOST_KNOWN,
  });
  const added = dead.filter(
    ({ name, fence }) => !known.some((run) => run.name === name && run.fence === fence),
  );
  return [...recorded, ...added]
    .sort((one, other) => other.startedAt.getTime() - one.startedAt.getTime())
    .slice(0, search.limit);
}

function deadRuns(record: TaskRecord, { task, key, outcomes, before }: RunSearch, now: Date): RecordedRun[] {
  if (outcomes && !outcomes.includes('died')) return [];
  return record.locks
    .filter((lock) => isDead(lock, now))
    .filter(({ name }) => key === undefined || name === lockOf(task, key))
    .filter(({ startedAt }) => !before || startedAt < before)
    .map((lock) => unendedRun(lock, task));
}

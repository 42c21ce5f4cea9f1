import type { ReleaseAnswer, ReleaseRequest } from '../lock-store.js';
import type { RecordedRun } from '../recorded-run.js';
import type { InMemoryLockRow } from './memory-lock-row.js';
import { runKey } from './memory-operating.js';

/** Releases the row of a token that still runs; for others it is gone. */
export function releaseRow(
  row: InMemoryLockRow | undefined,
  { token, tick, minHold, stepBack, outcome, error }: ReleaseRequest,
  now: number,
): ReleaseAnswer {
  if (!row || row.token !== token || row.finishedAt !== null) return { status: 'gone', now };
  const returned = outcome === 'returned';
  const recovering = row.outcome === 'recovering';
  if ((returned && recovering) || (outcome === 'aborted' && (recovering || row.outcome === 'recoverable'))) {
    Object.assign(row, { token: null, lockedUntil: now, outcome: 'recoverable', error: error ?? null });
    return { status: 'released', now };
  }
  row.finishedAt = now;
  row.lockedUntil = returned
    ? now
    : Math.max(now, (tick === 'call' ? row.startedAt : row.lastTick) + minHold);
  if (returned && tick === 'call') row.startedAt -= stepBack;
  if (returned && tick !== 'call') row.lastTick -= stepBack;
  row.outcome = outcome;
  row.error = error ?? null;
  return { status: 'released', now };
}

/** Records a run along with its release: as `lost` where its row belongs to another run by then. */
export function recordRun(
  runs: Map<string, RecordedRun>,
  row: InMemoryLockRow | undefined,
  { token, outcome, run, error }: ReleaseRequest,
  { status }: ReleaseAnswer,
  now: number,
): void {
  if (!run || outcome === 'returned') return;
  if (status !== 'released' && row?.token === token) return;
  const known = runs.get(runKey(run));
  if (known && known.outcome !== 'died' && known.outcome !== 'lost') return;
  const ended = {
    finishedAt: new Date(now),
    outcome: status === 'released' ? outcome : 'lost',
    error,
  } as const;
  // Property by property: after a leading spread Node 20 makes a hidden class for each run.
  const { name, task, key, fence, trigger, replica, startedAt, tick, previousTick, nextDue } = run;
  const facts = { name, task, key, fence, trigger, replica, startedAt, tick, previousTick, nextDue };
  runs.set(runKey(run), Object.assign(facts, ended));
}

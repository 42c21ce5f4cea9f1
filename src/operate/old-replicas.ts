import type { LockRecord, TaskRecord } from '../store/operator-store.js';
import type { RecordedRun } from '../store/recorded-run.js';

/**
 * Says which tasks a replica may go on claiming during a pause, because its version knows no pauses. Such a version
 * declares nothing: only its rows give it away.
 */
export function oldReplicaWarnings(records: readonly TaskRecord[]): string[] {
  return records.flatMap(({ name, locks, lastRun }) => {
    const old = locks.find((lock) =>
      lock.finishedAt ? isUnrecorded(lock, lastRun) : lock.outcome === undefined,
    );
    if (!old) return [];
    return [
      `'${name}': ${old.heldBy ?? 'a replica'} may run an older version of nestjs-task-lock. One from before pauses were ` +
        `known goes on claiming; stop it, or wait until it is replaced.`,
    ];
  });
}

/** Whether the history, which has a run of this lock, lacks its newest. A claim that was returned is no run. */
function isUnrecorded({ name, fence, outcome }: LockRecord, lastRun: RecordedRun | undefined): boolean {
  return lastRun?.name === name && lastRun.fence < fence && outcome !== 'returned';
}

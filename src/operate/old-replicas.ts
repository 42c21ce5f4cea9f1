import type { TaskRecord } from '../store/operator-store.js';
import { unrecordedEnd } from './state-shapes.js';

/**
 * Says which tasks a replica may go on claiming during a pause, because its version knows no pauses. Such a version
 * declares nothing: only its rows give it away.
 */
export function oldReplicaWarnings(records: readonly TaskRecord[]): string[] {
  return records.flatMap((record) => {
    const unnamed = record.locks.find(({ finishedAt, outcome }) => !finishedAt && outcome === undefined);
    const old = unnamed ?? unrecordedEnd(record);
    if (!old) return [];
    return [
      `'${record.name}': ${old.heldBy ?? 'a replica'} may run an older version of nestjs-task-lock. One from before pauses ` +
        `were known goes on claiming; stop it, or wait until it is replaced.`,
    ];
  });
}

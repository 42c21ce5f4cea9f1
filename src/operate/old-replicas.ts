import type { TaskRecord } from '../store/operator-store.js';

/** Says which tasks a replica of an older version may go on claiming during a pause. */
export function oldReplicaWarnings(records: readonly TaskRecord[]): string[] {
  const newest = records
    .map(({ definition }) => definition?.version ?? '')
    .sort(byVersion)
    .at(-1);
  return records.flatMap(({ name, definition, locks, lastRun }): string[] => {
    const rows = locks.filter(({ finishedAt, outcome }) => !finishedAt && outcome === undefined);
    const unrecorded = locks.filter(
      ({ name: lock, finishedAt, startedAt, fence }) =>
        lock === name && finishedAt && lastRun && lastRun.fence < fence && startedAt > lastRun.startedAt,
    );
    const replica = [...rows, ...unrecorded][0]?.heldBy;
    if (replica !== undefined)
      return [warning(name, `${replica} may run an older version of nestjs-task-lock`)];
    if (definition?.isDeclared && newest !== undefined && byVersion(definition.version, newest) < 0)
      return [
        warning(
          name,
          `${definition.declaredBy} runs version ${definition.version}, which is older than ${newest}`,
        ),
      ];
    return [];
  });
}

function warning(name: string, why: string): string {
  return `'${name}': ${why}. One from before pauses were known goes on claiming; stop it, or wait until it is replaced.`;
}

/** 0.10.0 is newer than 0.9.0. */
function byVersion(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}

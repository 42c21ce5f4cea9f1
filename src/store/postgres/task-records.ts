import { ALL_TASKS } from '../operator-store.js';
import type { Definition, Pause, PausedTime, TaskRecord } from '../operator-store.js';
import { pauseOf } from './control.sql.js';
import type { ControlRow } from './control.sql.js';
import { instantOf } from './instants.js';
import { lockRecord } from './locks.sql.js';
import type { LockRow } from './locks.sql.js';
import { recordedRun } from './runs.sql.js';
import type { CountedRow, RecentRow } from './tasks.sql.js';

/** What the tables say, each by its own statement. */
interface Findings {
  /** Those asked for; all that were declared or have run without. */
  names?: readonly string[];
  definitions: readonly Definition[];
  recent: readonly RecentRow[];
  controls: readonly ControlRow[];
  pauses: readonly PausedTime[];
  counts: readonly CountedRow[];
  locks: readonly LockRow[];
}

/** Puts together what the tables say of each task, by name. A name that none of them knows is left out. */
export function recordsOf(findings: Findings): TaskRecord[] {
  const { names, definitions, recent, controls, pauses, counts, locks } = findings;
  const definitionOf = new Map(definitions.map((each) => [each.name, each]));
  const recentOf = new Map(recent.map((row) => [row.task, row]));
  const controlOf = new Map(controls.map((row) => [row.name, row]));
  const countOf = new Map(counts.map((row) => [row.task, row]));
  const locksOf = new Map<string, LockRow[]>();
  for (const row of locks) locksOf.set(row.task, [...(locksOf.get(row.task) ?? []), row]);
  const known = new Set([...definitionOf.keys(), ...recentOf.keys(), ...(names ? locksOf.keys() : [])]);
  return [...known].sort().map((name) => {
    const row = recentOf.get(name);
    const holding = [controlOf.get(name), controlOf.get(ALL_TASKS)].filter((each) => each !== undefined);
    return {
      name,
      definition: definitionOf.get(name),
      locks: (locksOf.get(name) ?? []).map(lockRecord),
      lastRun: row && recordedRun(row),
      lastSuccessAt: instantOf(row?.success_ms ?? null),
      failuresInARow: Number(row?.failures ?? 0),
      pause: lastEnding(holding),
      pauses: pauses.filter((each) => each.name === name || each.name === ALL_TASKS),
      requests: {
        waiting: Number(countOf.get(name)?.waiting ?? 0),
        parked: Number(countOf.get(name)?.parked ?? 0),
      },
    };
  });
}

/** Of the pauses that hold the one that ends last. */
function lastEnding(controls: readonly ControlRow[]): Pause | undefined {
  const held = controls.filter(({ holds }) => holds === 'true').map(pauseOf);
  return held.sort((one, other) => endOf(other) - endOf(one))[0];
}

function endOf({ until }: Pause): number {
  return until?.getTime() ?? Number.MAX_VALUE;
}

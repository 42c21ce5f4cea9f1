import type { Fault } from '../evidence.js';
import { linesOf } from './offences.js';
import type { Offence } from './offences.js';
import type { Run } from './runs.js';

/**
 * In the order in which the runs of a task started their fences must grow.
 *
 * One exception: a replica that was stopped after its claim was answered and before its run wrote its first line
 * writes that as it wakes up, when another may have run. The lines say so: the process had not been through its
 * timers since. What it then does is judged as an overlap.
 */
export function fencesOutOfOrder(runs: readonly Run[], faults: readonly Fault[]): Offence[] {
  const offences: Offence[] = [];
  let highest: Run | undefined;
  for (const run of runs) {
    if (highest && run.fence <= highest.fence && !startedInItsSleep(run, highest, faults)) {
      offences.push({
        kind: 'fence order',
        task: run.task,
        what: `fence ${run.fence} on ${run.replica} started after fence ${highest.fence} on ${highest.replica}`,
        lines: linesOf(highest, run),
      });
    }
    if (!highest || run.fence > highest.fence) highest = run;
  }
  return offences;
}

function startedInItsSleep(run: Run, higher: Run, faults: readonly Fault[]): boolean {
  return (
    run.fence < higher.fence &&
    faults.some(
      ({ kind, replica, from, to }) =>
        kind === 'stop' &&
        replica === run.replica &&
        from <= higher.start.at &&
        run.start.at > from &&
        run.start.turn <= to,
    )
  );
}

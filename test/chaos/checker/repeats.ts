import type { Fault } from '../evidence.js';
import type { ChaosTask } from '../tasks.js';
import { RELEASE_TIME } from './fault-windows.js';
import { clockTime, linesOf } from './offences.js';
import type { Offence } from './offences.js';
import type { Run } from './runs.js';

/**
 * A tick runs once. Where the task has `recover: true`, a run that says `recovering` may repeat one that a recorded
 * fault cut, once a tick. Cut is also a run whose end was written down but not yet released: nobody but its replica
 * knew of it.
 */
export function repeatsOf(
  task: ChaosTask,
  runs: readonly Run[],
  faults: readonly Fault[],
): { offences: Offence[]; recovered: number } {
  const offences: Offence[] = [];
  let recovered = 0;
  for (const tick of new Set(runs.map((run) => run.tick))) {
    if (tick === null) continue;
    const same = runs.filter((run) => run.tick === tick);
    const [first, second] = same;
    if (same.some(({ recovering }) => recovering)) recovered++;
    const recoveries = same.filter(({ recovering }) => recovering).length;
    const isAllowed =
      recoveries <= (task.recover ? 1 : 0) &&
      same.length <= 1 + recoveries &&
      (second === undefined || (second.recovering && wasCut(first!, second, faults)));
    if (isAllowed) continue;
    offences.push({
      kind: 'run twice',
      task: task.name,
      what: `the tick ${clockTime(tick)} ran ${same.length} times, ${recoveries} of them recovering`,
      lines: linesOf(...same),
    });
  }
  return { offences, recovered };
}

function wasCut(run: Run, by: Run, faults: readonly Fault[]): boolean {
  const released = (run.end?.at ?? Infinity) + RELEASE_TIME;
  return faults.some(
    ({ replica, from, to }) =>
      (replica === undefined || replica === run.replica) &&
      from <= released &&
      to >= run.start.at &&
      from <= by.start.at,
  );
}

import { clockTime } from './offences.js';
import type { Offence } from './offences.js';
import type { Run } from './runs.js';

/**
 * Two runs of one task overlapped, and the earlier one worked on: it was seen to act after it must have known better.
 *
 * The earlier run (A) is in progress from its start to its end, or to the death of its replica. A run with a higher
 * fence (B) that starts meanwhile is no offence by itself: nobody can take the processor from a process that was
 * stopped, and on waking it goes on until its first timer. It is one where A then has an effect although
 * - its signal had told it to stop, or
 * - the process had been through all timers that were due when B started: A's deadline lies before that, so either
 *   A's own timer for it came too late, or B was let in too early.
 * The second does not believe A's signal, but the count of turns that each line carries.
 */
export function overlapsOf(runs: readonly Run[]): { offences: Offence[]; excused: number } {
  const offences: Offence[] = [];
  let excused = 0;
  for (const earlier of runs) {
    const later = runs.find(({ fence }) => fence > earlier.fence);
    if (!later || later.start.at >= earlier.over) continue;
    const { aborted } = earlier;
    const seen = earlier.effects.filter(
      ({ at, turn }) =>
        at > later.start.at && ((aborted !== undefined && at > aborted.at) || turn >= later.start.at),
    );
    if (seen.length === 0) {
      excused++;
      continue;
    }
    offences.push({
      kind: 'overlap',
      task: earlier.task,
      what:
        `${earlier.replica} had ${seen.length} effects, the last at ${clockTime(seen.at(-1)!.at)}, after ` +
        `${later.replica} had started with a higher fence at ${clockTime(later.start.at)}`,
      lines: [earlier.start, later.start, ...(aborted ? [aborted] : []), seen[0]!, seen.at(-1)!],
    });
  }
  return { offences, excused };
}

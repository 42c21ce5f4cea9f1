import { runsOf } from '../chaos/checker/runs.js';
import type { Evidence } from '../chaos/evidence.js';

/** Milliseconds from a claim to the first line of its run, at most. */
const CLAIM = 30_000;

/** What happened from one instant to another, and the runs that were in progress at the first. */
export function sliceOf(evidence: Evidence, from: number, to: number): Evidence {
  const { faults, lines, commits, troubles } = evidence;
  const runs = runsOf(evidence).filter(({ start, over }) => over >= from && start.at < to);
  const ofRuns = runs.flatMap((run) => run.lines);
  const begun = Math.min(from, ...runs.map(({ start }) => start.at)) - CLAIM;
  const within = ({ at }: { at: number }): boolean => at >= from && at < to;
  const others = lines.filter((line) => (line.event === 'log' || line.event === 'late') && within(line));
  return {
    ...evidence,
    lines: [...ofRuns, ...others].sort((one, other) => one.at - other.at),
    commits: commits.filter(({ claimedAt }) => claimedAt >= begun),
    faults: faults.filter((fault) => fault.to >= from && fault.from < to),
    troubles: troubles.filter(within),
    from,
    to,
  };
}

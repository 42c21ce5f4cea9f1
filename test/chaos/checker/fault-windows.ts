import type { Fault } from '../evidence.js';
import type { ChaosTask } from '../tasks.js';
import type { DueTick } from './due-ticks.js';
import type { Run } from './runs.js';

/** Milliseconds that a claim may be under way, with late timers and all, before its run is written down. */
export const CLAIM_TIME = 1_000;
/** Milliseconds that a release may be under way after the end of a run was written down, on a busy machine. */
export const RELEASE_TIME = 1_500;

/** The time in which a fault excuses that a task misses a tick. */
export interface Window {
  from: number;
  to: number;
  fault: Fault;
}

/**
 * A window is [fault, fault + lease + one interval]. It opens a claim's time earlier, for a claim that dies with its
 * replica was for a tick just before; the fault of a stopped replica is its stop alone, for the others do not have to
 * wait until it wakes up.
 *
 * What was done to one replica opens a window only for the tasks that it may have held:
 * - it was in the middle of a run, or its release may have been under way;
 * - nobody else was, and a tick that was due as the fault began was run by nobody, or only by a recovery: a claim may
 *   have been won and have died before its run began.
 */
export function windowsOf(
  task: ChaosTask,
  runs: readonly Run[],
  ticks: readonly DueTick[],
  faults: readonly Fault[],
): Window[] {
  return faults
    .filter(
      (fault) =>
        fault.replica === undefined || held(runs, fault) || mayHaveDiedClaiming(task, runs, ticks, fault),
    )
    .map((fault) => ({
      from: fault.from - CLAIM_TIME,
      to: (fault.kind === 'stop' ? fault.from : fault.to) + task.lease + task.every,
      fault,
    }));
}

export function isWithin(windows: readonly Window[], at: number): boolean {
  return windows.some(({ from, to }) => from <= at && at <= to);
}

function held(runs: readonly Run[], fault: Fault): boolean {
  return runs.some(
    ({ replica, start, over }) =>
      replica === fault.replica && start.at <= fault.to && over >= fault.from - RELEASE_TIME,
  );
}

function mayHaveDiedClaiming(
  { schedule, every }: ChaosTask,
  runs: readonly Run[],
  ticks: readonly DueTick[],
  { from }: Fault,
): boolean {
  if (runs.some((run) => run.start.at <= from && from <= run.over)) return false;
  // A tick may be claimed a tenth of its interval early; an @Interval's at any time until the next is due.
  const since = from - (schedule === 'cron' ? CLAIM_TIME : every);
  return ticks.some(
    (tick) =>
      tick.runs.every(({ recovering }) => recovering) && tick.at >= since && tick.at <= from + every / 10,
  );
}

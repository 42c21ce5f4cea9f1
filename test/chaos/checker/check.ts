import type { Evidence, Fault } from '../evidence.js';
import type { ChaosTask } from '../tasks.js';
import { dueTicks } from './due-ticks.js';
import type { DueTick } from './due-ticks.js';
import { CLAIM_TIME, isWithin, windowsOf } from './fault-windows.js';
import type { Window } from './fault-windows.js';
import { fencesOutOfOrder } from './fences.js';
import { clockTime, linesOf } from './offences.js';
import type { Offence } from './offences.js';
import { overloads } from './overload.js';
import { overlapsOf } from './overlaps.js';
import { repeatsOf } from './repeats.js';
import { busyUntil, runsOf } from './runs.js';
import type { Run } from './runs.js';
import { spacingOffences } from './spacing.js';
import { lostCommits, staleCommits } from './stale-commits.js';

/** The last ticks may be claimed by replicas that are told to stop. */
export const SETTLING = 1_000;
/** This share of the replicas must have waited. */
const OVERLOADED = 0.4;
/** A tick so shortly after the end of a run may have been asked for while the run was still being released. */
const HANDOVER = 500;
/** Log lines from so long before and after a missed tick are shown with it. */
const AROUND = 5_000;

/** How the ticks of one task went. */
export interface TaskVerdict {
  task: string;
  due: number;
  run: number;
  /** Fell into a run in progress: one run at a time. */
  duringRun: number;
  /** Missed in the window of a fault. */
  excused: number;
  /** Missed while the machine was too busy for all of its replicas. */
  overloaded: number;
  missed: number;
  /** Due in no window at all. */
  outside: number;
  /** Due in a second in which the machine was not too busy; only these tell whether faults came too thick. */
  calm: number;
  calmOutside: number;
  runs: number;
  recovered: number;
  /** Runs that overlapped, and the earlier of them did nothing but end. */
  excusedOverlaps: number;
}

export interface Verdict {
  tasks: TaskVerdict[];
  /** The seconds in which the machine was too busy. */
  overloads: readonly Fault[];
  /** All that must not be; it is well where there are none. */
  offences: Offence[];
}

export interface Measure {
  /** How many replicas there are at a time. */
  replicas: number;
  /** This share of the ticks must lie outside of the windows of faults. */
  outside: number;
}

/** Judges what the replicas wrote down. It shares no code with the lock, and never looks at the lock's table. */
export function check(evidence: Evidence, measure: Measure = { replicas: 10, outside: 1 / 2 }): Verdict {
  const { tasks, commits, troubles } = evidence;
  const busy = overloads(evidence.lines, evidence.faults, Math.ceil(OVERLOADED * measure.replicas));
  const faults = [...evidence.faults, ...busy].sort((one, other) => one.from - other.from);
  const runs = runsOf(evidence);
  const offences: Offence[] = [];
  const verdicts = tasks.map((task) => {
    const own = runs.filter((run) => run.task === task.name);
    const verdict = verdictOf(task, own, evidence, busy, offences);
    const repeats = repeatsOf(task, own, faults);
    const overlaps = overlapsOf(own);
    offences.push(
      ...repeats.offences,
      ...overlaps.offences,
      ...fencesOutOfOrder(own, faults),
      ...spacingOffences(task, own),
      ...staleCommits(task.name, commits),
      ...lostCommits(task, own, commits),
    );
    if (own.length === 0)
      offences.push({ kind: 'too few ticks', task: task.name, what: 'it never ran', lines: [] });
    return { ...verdict, recovered: repeats.recovered, excusedOverlaps: overlaps.excused };
  });
  for (const { replica, at, what } of troubles) {
    offences.push({ kind: 'trouble', what: `${replica} at ${clockTime(at)} ${what}`, lines: [] });
  }
  const [calm, outside] = [sum(verdicts, 'calm'), sum(verdicts, 'calmOutside')];
  if (outside < calm * measure.outside) {
    const what = `only ${outside} of ${calm} ticks lie outside of the windows of faults: the others prove little`;
    offences.push({ kind: 'too few ticks', what, lines: [] });
  }
  return { tasks: verdicts, offences, overloads: busy };
}

export function sum(verdicts: readonly TaskVerdict[], column: Exclude<keyof TaskVerdict, 'task'>): number {
  return verdicts.reduce((total, verdict) => total + verdict[column], 0);
}

function verdictOf(
  task: ChaosTask,
  runs: readonly Run[],
  { faults, lines, from, to }: Evidence,
  overloaded: readonly Fault[],
  offences: Offence[],
): TaskVerdict {
  const ticks = dueTicks(task, runs, from, to - SETTLING);
  const busy = runs.map((run) => ({ tick: run.tick, from: run.start.at, to: busyUntil(run, faults) }));
  // A run that was late for an earlier tick may have been claimed before this one and have begun after it.
  const duringRun = ({ at }: DueTick): boolean =>
    busy.some((run) => (run.tick ?? at) < at && run.from - CLAIM_TIME <= at && at <= run.to + HANDOVER);
  const unrun = ticks.filter((tick) => tick.runs.length === 0);
  const idle = unrun.filter((tick) => !duringRun(tick));
  const windows = windowsOf(task, runs, ticks, faults);
  const unexcused = idle.filter(({ at }) => !isWithin(windows, at));
  const tooBusy = windowsOf(task, runs, ticks, overloaded);
  const calm = ticks.filter(({ at }) => !overloaded.some((second) => second.from <= at && at < second.to));
  const missed = unexcused.filter(({ at }) => !isWithin(tooBusy, at));
  for (const { at } of missed) {
    offences.push({
      kind: 'missed',
      task: task.name,
      what: `the tick ${clockTime(at)} was run by nobody, ${describeWindows(windows, at)}`,
      lines: [
        ...linesOf(runs.findLast(({ start }) => start.at <= at)),
        ...lines.filter(
          (line) =>
            line.event === 'log' && Math.abs(line.at - at) < AROUND && line.message.includes(task.name),
        ),
        ...linesOf(runs.find(({ start }) => start.at > at)),
      ],
    });
  }
  return {
    task: task.name,
    due: ticks.length,
    run: ticks.length - unrun.length,
    duringRun: unrun.length - idle.length,
    excused: idle.length - unexcused.length,
    overloaded: unexcused.length - missed.length,
    missed: missed.length,
    outside: ticks.filter(({ at }) => !isWithin(windows, at)).length,
    calm: calm.length,
    calmOutside: calm.filter(({ at }) => !isWithin(windows, at)).length,
    runs: runs.length,
    recovered: 0,
    excusedOverlaps: 0,
  };
}

function describeWindows(windows: readonly Window[], at: number): string {
  const last = windows.findLast(({ from }) => from <= at);
  if (!last) return 'and nothing had been done before';
  const { kind, replica = 'all', from } = last.fault;
  return `and the window of the last fault (${kind} of ${replica} at ${clockTime(from)}) had ended at ${clockTime(last.to)}`;
}

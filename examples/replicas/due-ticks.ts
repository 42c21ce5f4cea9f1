import { SETTLING } from './runs.js';
import type { Run, UpTime } from './runs.js';
import type { DueRule } from './tasks.js';

/** An instant at which a task was due, and what ran for it. */
export interface DueTick {
  at: number;
  runs: Run[];
}

/** What the checker knows of the time in which a task was due; nothing of it comes from the lock. */
export interface DueTime {
  upTimes: readonly UpTime[];
  announced: readonly number[];
}

/**
 * The ticks of a task, with the runs of each. One that is so close to the end of the last replica's time that its
 * timer may not have fired counts only if it ran.
 */
export function dueTicks(due: DueRule, runs: readonly Run[], time: DueTime): DueTick[] {
  if (due.by === 'interval') return keptTicks(due.every, runs, time.upTimes);
  const instants = due.by === 'announcement' ? time.announced : multiplesOf(due.every, time.upTimes);
  const ticks = new Map<number, DueTick>();
  for (const at of instants) if (isCovered(at, time.upTimes)) ticks.set(at, { at, runs: [] });
  for (const run of runs) {
    const at = run.tick ?? run.start;
    const tick = ticks.get(at) ?? { at, runs: [] };
    tick.runs.push(run);
    ticks.set(at, tick);
  }
  return [...ticks.values()].sort((one, other) => one.at - other.at);
}

/** A run for an instant that is none of the schedule's. */
export function isOffSchedule({ tick }: Run, due: DueRule, announced: readonly number[]): boolean {
  if (tick === null) return true;
  if (due.by === 'interval') return false;
  return due.by === 'announcement' ? !announced.includes(tick) : tick % due.every !== 0;
}

/**
 * The ticks of an @Interval: replicas share no instants, so one is due an interval after the last run, whoever ran
 * it. A run sooner than half an interval after the last one ran the same tick again; a tick is missed when the one
 * after it was due, too, before anything ran.
 */
function keptTicks(every: number, runs: readonly Run[], upTimes: readonly UpTime[]): DueTick[] {
  const ticks: DueTick[] = [];
  let last = Math.min(...upTimes.map(({ from }) => from));
  const missBefore = (next: number): void => {
    for (let at = last + every; at + every <= next; at += every) ticks.push({ at, runs: [] });
  };
  let open: DueTick | undefined;
  for (const run of runs) {
    if (open && run.start < open.at + every / 2) {
      open.runs.push(run);
      continue;
    }
    missBefore(run.start);
    ticks.push((open = { at: run.start, runs: [run] }));
    last = run.start;
  }
  missBefore(Math.max(...upTimes.map(({ to }) => to)));
  return ticks;
}

function multiplesOf(every: number, upTimes: readonly UpTime[]): number[] {
  const from = Math.min(...upTimes.map((upTime) => upTime.from));
  const to = Math.max(...upTimes.map((upTime) => upTime.to));
  const instants: number[] = [];
  for (let at = Math.ceil(from / every) * every; at <= to; at += every) instants.push(at);
  return instants;
}

function isCovered(at: number, upTimes: readonly UpTime[]): boolean {
  return upTimes.some(({ from, to }) => from <= at && at <= to - SETTLING);
}

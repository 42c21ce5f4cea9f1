import { dueTicks, isOffSchedule } from './due-ticks.js';
import type { DueTick } from './due-ticks.js';
import type { JournalLine } from './journal.js';
import type { LedgerTick, Pause } from './pause.js';
import { runsOf, SETTLING, upTimesOf } from './runs.js';
import type { Kills, Run } from './runs.js';
import type { DemoTask } from './tasks.js';
import { clockTime } from './words.js';

/** All that the verdict is made of: what the replicas wrote down, and what the demo did to them. */
export interface Evidence {
  tasks: readonly DemoTask[];
  lines: readonly JournalLine[];
  kills: Kills;
  /** The instants that were announced to all replicas. */
  announced: readonly number[];
  /** For how long a killed run blocks its task, in milliseconds. */
  lease: number;
  /** What the demo paused, with what the ledger says of the ticks of that time. */
  pauses: readonly LedgeredPause[];
}

export type LedgeredPause = Pause & { ledger: readonly LedgerTick[] };

/** How the ticks of one task went; each of them is in exactly one column after `due`. */
export interface TaskVerdict {
  task: DemoTask;
  due: number;
  once: number;
  twice: number;
  /** Did not run, because the task's last run was still in progress: one run at a time. */
  duringRun: number;
  /** Missed within the lease of a killed run. */
  duringLease: number;
  /** Did not run, and the ledger says that it was paused by whom the demo had pause it. */
  paused: number;
  missed: number;
}

/** A run that was killed, and the next one of its task. */
export interface KilledRun {
  run: Run;
  leaseEnd: number;
  next?: Run;
}

/** The calls of the debounced task, and what came of them. */
export interface Burst {
  calls: number;
  runs: number;
}

/** A pause, and the ticks of which the ledger says it. */
export interface JudgedPause {
  pause: Pause;
  ticks: number[];
}

export interface Verdict {
  tasks: TaskVerdict[];
  killedRuns: KilledRun[];
  burst: Burst;
  pauses: JudgedPause[];
  /** Everything for which the demo fails. */
  problems: string[];
}

/**
 * Judges how the ticks went. Knows nothing of the lock: neither of its table nor of why a claim was skipped. Only that a
 * tick was paused is the ledger's to say, within the time in which the demo had paused the task.
 */
export function judge({ tasks, lines, kills, announced, lease, pauses }: Evidence): Verdict {
  const runs = runsOf(lines, kills);
  const upTimes = upTimesOf(lines, kills);
  const problems: string[] = [];
  const killedRuns: KilledRun[] = [];
  const judgedPauses = pauses.map((pause) => ({
    pause,
    saysPaused: pausedTicks(pause),
    ticks: [] as number[],
  }));
  const verdicts = tasks.map((task) => {
    const own = runs.filter((run) => run.task === task.name);
    const ownPauses = judgedPauses.filter(({ pause }) => pause.task === task.name);
    const verdict: TaskVerdict = { task, ...NOTHING };
    for (const tick of dueTicks(task.due, own, { upTimes, announced })) {
      const pause = ownPauses.find(({ saysPaused }) => saysPaused.includes(tick.at));
      const column = tick.runs.length === 0 && pause ? 'paused' : columnOf(tick, own, lease);
      if (column === 'paused') pause?.ticks.push(tick.at);
      else if (pause)
        problems.push(`${task.name} ${clockTime(tick.at)} was paused, says the ledger: ${listOf(tick.runs)}`);
      verdict.due++;
      verdict[column]++;
      if (column === 'twice')
        problems.push(`${task.name} ${clockTime(tick.at)} ran twice: ${listOf(tick.runs)}`);
      if (column === 'missed') problems.push(`${task.name} ${clockTime(tick.at)} was missed`);
    }
    if (own.length === 0) problems.push(`${task.name} never ran`);
    for (const run of own) {
      if (run.lost) problems.push(`${task.name} has a run without an end: ${listOf([run])}`);
      if (isOffSchedule(run, task.due, announced)) {
        problems.push(`${task.name} ran for an instant that is not on its schedule: ${listOf([run])}`);
      }
    }
    problems.push(...overlapsOf(own));
    for (const run of own.filter(({ killed }) => killed)) {
      const next = own.find(({ start }) => start > run.end);
      killedRuns.push({ run, leaseEnd: run.start + lease, next });
    }
    return verdict;
  });
  for (const { replica, endedByItself } of upTimes) {
    if (endedByItself) problems.push(`${replica} ended without being told to`);
  }
  for (const replica of kills.keys()) {
    if (!killedRuns.some(({ run }) => run.replica === replica)) {
      problems.push(`the kill of ${replica} met no run`);
    }
  }
  for (const { pause, ticks } of judgedPauses) {
    const { task, by, paused, resuming } = pause;
    if (ticks.length === 0) problems.push(`the ledger says of no tick of ${task} that ${by} had paused it`);
    const meanwhile = runs.filter(
      (run) => run.task === task && (run.tick ?? run.start) >= paused && run.start < resuming,
    );
    if (meanwhile.length > 0) problems.push(`${task} ran while it was paused: ${listOf(meanwhile)}`);
  }
  const burst = { calls: changesOf('asked', lines).length, runs: changesOf('exported', lines).length };
  if (burst.calls > 0 && burst.runs !== 1)
    problems.push(`a burst of ${burst.calls} calls of export() was ${burst.runs} runs and not one`);
  if (changesOf('exported', lines).some((change) => !changesOf('asked', lines).includes(change)))
    problems.push('export() ran with what nobody had asked for');
  return { tasks: verdicts, killedRuns, burst, pauses: judgedPauses, problems };
}

const NOTHING = { due: 0, once: 0, twice: 0, duringRun: 0, duringLease: 0, paused: 0, missed: 0 };

/** The instants of which the ledger says that this pause kept them from running. */
function pausedTicks({ ledger, by, reason, asked, resumed }: LedgeredPause): number[] {
  return ledger.flatMap(({ tick, state, paused }) => {
    const at = Date.parse(tick);
    const isThisPause = state === 'paused' && paused?.by === by && paused.reason === reason;
    return isThisPause && at >= asked && at <= resumed ? [at] : [];
  });
}

function changesOf(event: 'asked' | 'exported', lines: readonly JournalLine[]): number[] {
  return lines.flatMap((line) => (line.event === event ? [line.change] : []));
}

type Column = Exclude<keyof TaskVerdict, 'task' | 'due'>;

function columnOf({ at, runs }: DueTick, all: readonly Run[], lease: number): Column {
  if (runs.length > 0) return runs.length === 1 ? 'once' : 'twice';
  const earlier = all.filter(({ start }) => start <= at);
  const settling = ({ killed }: Run): number => (killed ? 0 : SETTLING);
  if (earlier.some((run) => at < run.end + settling(run))) return 'duringRun';
  return earlier.some(({ leftLease, start }) => leftLease && at < start + lease) ? 'duringLease' : 'missed';
}

/** Runs of different ticks at the same time: each tick once, and yet the lock did not exclude. */
function overlapsOf(runs: readonly Run[]): string[] {
  const problems: string[] = [];
  let longest: Run | undefined;
  for (const run of runs) {
    if (longest && run.start < longest.end && run.tick !== longest.tick) {
      problems.push(`${run.task} ran two ticks at the same time: ${listOf([longest, run])}`);
    }
    if (!longest || run.end > longest.end) longest = run;
  }
  return problems;
}

function listOf(runs: readonly Run[]): string {
  return runs.map(({ replica, start }) => `${replica} at ${clockTime(start)}`).join(', ');
}

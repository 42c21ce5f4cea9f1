import type { ChaosTask } from '../tasks.js';
import { clockTime, linesOf } from './offences.js';
import type { Offence } from './offences.js';
import type { Run } from './runs.js';

/** By how much clocks of one machine may differ: that which counts ticks may be corrected, the monotonic one is not. */
const NOISE = 25;

/** Runs at instants that are none of the schedule's, or before they were due. */
export function spacingOffences(task: ChaosTask, runs: readonly Run[]): Offence[] {
  return [
    ...runs.flatMap((run) => instantOffences(task, run)),
    ...(task.schedule === 'interval' ? distances(task, runs) : []),
  ];
}

function instantOffences({ name, schedule, every }: ChaosTask, run: Run): Offence[] {
  const { tick, start } = run;
  const of = (kind: Offence['kind'], what: string): Offence[] => [
    { kind, task: name, what, lines: linesOf(run) },
  ];
  if (tick === null || (schedule === 'cron' && tick % every !== 0)) {
    return of('off schedule', `it ran for ${tick === null ? 'no tick' : clockTime(tick)}`);
  }
  // A tenth of the interval before is granted, by the database's clock.
  if (start.at >= tick - every / 10 - NOISE) return [];
  return of('too early', `the tick ${clockTime(tick)} ran at ${clockTime(start.at)}`);
}

/**
 * Each tick of an @Interval is an interval after the last one, and is not run earlier than a tenth before. So two
 * starts lie at least 0.9 intervals apart, less the time by which the first of them was late for its tick.
 */
function distances({ name, every }: ChaosTask, runs: readonly Run[]): Offence[] {
  return runs.slice(1).flatMap((run, index) => {
    const before = runs[index]!;
    const late = Math.max(before.start.at - before.tick!, 0);
    const apart = run.start.at - before.start.at;
    if (apart >= 0.9 * every - late - NOISE && run.tick! - before.tick! >= every - 1) return [];
    const what = `two runs ${apart.toFixed(0)} ms apart, the first of them ${late.toFixed(0)} ms late`;
    return [{ kind: 'too early' as const, task: name, what, lines: linesOf(before, run) }];
  });
}

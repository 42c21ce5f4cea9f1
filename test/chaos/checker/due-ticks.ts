import type { ChaosTask } from '../tasks.js';
import type { Run } from './runs.js';

/** An instant at which a task was due, and what ran for it. */
export interface DueTick {
  at: number;
  runs: readonly Run[];
}

/** The ticks of a task between two instants. The runs are the task's own, in the order in which they started. */
export function dueTicks(task: ChaosTask, runs: readonly Run[], from: number, to: number): DueTick[] {
  const all = task.schedule === 'cron' ? cronTicks(task, runs, from, to) : keptTicks(task, runs, to);
  return all.filter(({ at }) => at >= from && at <= to);
}

/** Cron ticks in UTC each so many seconds are the multiples of them. */
function cronTicks({ every }: ChaosTask, runs: readonly Run[], from: number, to: number): DueTick[] {
  const ticks: DueTick[] = [];
  for (let at = Math.ceil(from / every) * every; at <= to; at += every) {
    ticks.push({ at, runs: runs.filter(({ tick }) => tick === at) });
  }
  return ticks;
}

/**
 * Replicas share no instants of an @Interval: what is due is one tick an interval after the last one that ran, or
 * from when it ran where that was later. So the ticks that ran are taken as they are (`spacing.ts` looks at the
 * distances between them), and one is missed where the distance has room for it.
 */
function keptTicks({ every }: ChaosTask, runs: readonly Run[], to: number): DueTick[] {
  const ran = [...new Set(runs.flatMap(({ tick }) => tick ?? []))].sort((one, other) => one - other);
  const ticks: DueTick[] = [];
  ran.forEach((at, index) => {
    ticks.push({ at, runs: runs.filter(({ tick }) => tick === at) });
    const next = ran[index + 1] ?? to;
    for (let missed = at + every; missed + every <= next; missed += every)
      ticks.push({ at: missed, runs: [] });
  });
  return ticks;
}

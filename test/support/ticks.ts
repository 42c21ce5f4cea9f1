import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { BODIES, COPIES } from '../processes/app/tasks.js';
import type { JournalLine } from '../processes/app/journal.js';
import type { Fleet } from './fleet.js';

const SECOND = 1_000;

/** The tasks of the replicas that tick each second. */
export const TASKS = BODIES.flatMap((body) =>
  Array.from({ length: COPIES }, (_, copy) => `body ${body} ms, ${copy + 1}`),
);

/** Milliseconds that a release may be under way on a busy machine. */
const RELEASE_TIME = 500;

/**
 * How often each tick of each task ran, of the ticks from one instant to before another. One that fell into a run of its
 * task and had none of its own is left out: there the machine was so busy that a run took a second.
 */
export function runsPerTick(
  journal: readonly JournalLine[],
  from: number,
  to: number,
  tasks: readonly string[] = TASKS,
): Map<string, number> {
  const runs = new Map<string, number>();
  for (const task of tasks) {
    for (let tick = from; tick < to; tick += SECOND)
      runs.set(`${task} at ${new Date(tick).toISOString()}`, 0);
  }
  for (const { event, task, tick } of journal) {
    const key = `${task} at ${new Date(tick ?? NaN).toISOString()}`;
    if (event === 'start' && runs.has(key)) runs.set(key, runs.get(key)! + 1);
  }
  for (const { event, task, tick, at } of journal) {
    if (event !== 'end' || tick === null) continue;
    for (let later = tick + SECOND; later <= at + RELEASE_TIME; later += SECOND) {
      const key = `${task} at ${new Date(later).toISOString()}`;
      if (runs.get(key) === 0) runs.delete(key);
    }
  }
  return runs;
}

/** Lets the schedule run for whole seconds, and a moment longer so that the last tick's runs are written down. */
export async function watch(
  fleet: Fleet,
  seconds: number,
  halfWay: () => Promise<void> = async () => {},
): Promise<Map<string, number>> {
  const from = Math.ceil((Date.now() + SECOND) / SECOND) * SECOND;
  const to = from + seconds * SECOND;
  await delay(from + (seconds / 2 + 0.5) * SECOND - Date.now());
  await halfWay();
  await delay(to + SECOND - Date.now());
  await fleet.stop();
  return runsPerTick(fleet.journal(), from, to);
}

export function expectEveryTickOnce(runs: ReadonlyMap<string, number>): void {
  const wrong = [...runs].filter(([, count]) => count !== 1).map(([tick, count]) => `${tick}: ${count} runs`);
  expect(wrong).toEqual([]);
}

import { describe, expect, test } from '@jest/globals';
import { SETTLING } from './checker/check.js';
import { dueTicks } from './checker/due-ticks.js';
import { isWithin, windowsOf } from './checker/fault-windows.js';
import { LONGEST_FAULT, planFor, REPLICAS, SHORTEST_RUN } from './plan.js';
import type { PlannedFault } from './plan.js';
import { TASKS } from './tasks.js';

const MINUTE = 60_000;

function kindsOf(faults: readonly PlannedFault[]): Set<string> {
  return new Set(
    faults.map((fault) => (fault.kind === 'restart' ? `${fault.kind} ${fault.mode}` : fault.kind)),
  );
}

/**
 * How many ticks are due, and how many of them lie outside of all windows: where each fault lasts as long as one can,
 * and opens a window for every task, as those of the database do.
 */
function worstCase(planned: readonly PlannedFault[], milliseconds: number): [due: number, outside: number] {
  const faults = planned.map(({ kind, at }) => ({ kind, from: at, to: at + LONGEST_FAULT }));
  let [due, outside] = [0, 0];
  for (const task of TASKS) {
    const windows = windowsOf(task, [], [], faults);
    for (const { at } of dueTicks({ ...task, schedule: 'cron' }, [], 0, milliseconds - SETTLING)) {
      due++;
      if (!isWithin(windows, at)) outside++;
    }
  }
  return [due, outside];
}

describe('what is done to the replicas', () => {
  test('follows from the seed alone', () => {
    expect(planFor(7, 10 * MINUTE)).toEqual(planFor(7, 10 * MINUTE));
    expect(planFor(7, 10 * MINUTE)).not.toEqual(planFor(8, 10 * MINUTE));
  });

  test('is dozens of faults of every kind in ten minutes', () => {
    const { faults } = planFor(1, 10 * MINUTE);
    expect(faults.length).toBeGreaterThan(60);
    expect([...kindsOf(faults)].sort()).toEqual([
      'backends',
      'clock',
      'kill',
      'restart fast',
      'restart immediate',
      'stop',
      'term',
    ]);
  });

  test('is the database restarted and every kind of fault of a replica in the shortest run', () => {
    for (let seed = 0; seed < 300; seed++) {
      const kinds = kindsOf(planFor(seed, SHORTEST_RUN).faults);
      expect([...kinds].filter((kind) => !kind.startsWith('restart')).sort()).toEqual([
        'backends',
        'clock',
        'kill',
        'stop',
        'term',
      ]);
      expect([...kinds].some((kind) => kind.startsWith('restart'))).toBe(true);
    }
  });

  test.each([SHORTEST_RUN, 1.5 * MINUTE, 10 * MINUTE])(
    'in %d ms leaves at least half of the ticks without an excuse, whatever the seed',
    (milliseconds) => {
      for (let seed = 0; seed < 300; seed++) {
        const [due, outside] = worstCase(planFor(seed, milliseconds).faults, milliseconds);
        expect(outside).toBeGreaterThanOrEqual(due / 2);
      }
    },
  );

  test('leaves most clocks right and lets a replica rest after a fault', () => {
    const { clocks, faults } = planFor(3, 10 * MINUTE);
    expect(clocks).toHaveLength(REPLICAS);
    expect(clocks.filter((ahead) => ahead === 0)).toHaveLength(6);
    const lastOf = new Map<number, number>();
    for (const fault of faults) {
      if (fault.kind === 'restart') continue;
      if (fault.kind === 'clock') expect(fault.slot).toBeGreaterThanOrEqual(6);
      expect(fault.at - (lastOf.get(fault.slot) ?? -Infinity)).toBeGreaterThan(3_000);
      lastOf.set(fault.slot, fault.at);
    }
    expect(lastOf.size).toBe(REPLICAS);
  });
});

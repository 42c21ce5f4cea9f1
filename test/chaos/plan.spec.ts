import { describe, expect, test } from '@jest/globals';
import { planFor, REPLICAS } from './plan.js';
import type { PlannedFault } from './plan.js';

const MINUTE = 60_000;

function kindsOf(faults: readonly PlannedFault[]): Set<string> {
  return new Set(
    faults.map((fault) => (fault.kind === 'restart' ? `${fault.kind} ${fault.mode}` : fault.kind)),
  );
}

describe('what is done to the replicas', () => {
  test('follows from the seed alone', () => {
    expect(planFor(7, 10 * MINUTE)).toEqual(planFor(7, 10 * MINUTE));
    expect(planFor(7, 10 * MINUTE)).not.toEqual(planFor(8, 10 * MINUTE));
  });

  test('is dozens of faults of every kind in ten minutes', () => {
    const { faults } = planFor(1, 10 * MINUTE);
    expect(faults.length).toBeGreaterThan(80);
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

  test('meets the database and most kinds of a replica in half a minute, and leaves the end in peace', () => {
    for (let seed = 0; seed < 100; seed++) {
      const { faults } = planFor(seed, MINUTE / 2);
      expect(kindsOf(faults).size).toBeGreaterThanOrEqual(4);
      expect(faults.some(({ kind }) => kind === 'restart')).toBe(true);
      expect(Math.max(...faults.map(({ at }) => at))).toBeLessThanOrEqual(MINUTE / 3);
    }
  });

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

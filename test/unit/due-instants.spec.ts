import { describe, expect, test } from '@jest/globals';
import { WakeTimes } from '../../src/requests/wake-times.js';

/** At which instants one looks, who looks whenever something is due. */
function looksFor(dues: WakeTimes): number[] {
  const looks: number[] = [];
  for (let next = dues.next; next < Infinity; next = dues.next) {
    looks.push(next);
    dues.passed(next);
  }
  return looks;
}

describe('the instants at which something is due', () => {
  test('come in their order, whatever the names are, and each once', () => {
    const dues = new WakeTimes();
    for (const due of [5_000, 1_000, 5_000]) dues.add('a', 0, due, false);
    dues.add('b', 0, 3_000, false);
    expect(looksFor(dues)).toEqual([1_000, 3_000, 5_000]);
    expect(dues.has('a') || dues.has('b')).toBe(false);
  });

  test('belong to a name until they have passed', () => {
    const dues = new WakeTimes();
    dues.add('a', 0, 1_000, false);
    dues.add('a', 0, 2_000, false);
    dues.passed(1_000);
    expect(dues.has('a')).toBe(true);
    dues.passed(2_000);
    expect(dues.has('a')).toBe(false);
  });

  test('are the first and the last where each puts off the one before', () => {
    const dues = new WakeTimes();
    for (let now = 0; now < 10_000; now += 100) dues.add('a', now, now + 60_000, true);
    expect(looksFor(dues)).toEqual([60_000, 69_900]);
  });

  test('are the same where one is told late, of a transaction that was open', () => {
    const dues = new WakeTimes();
    for (const due of [60_000, 80_000, 65_000, 55_000]) dues.add('a', 0, due, true);
    expect(looksFor(dues)).toEqual([55_000, 80_000]);
  });

  test('leave what stands for itself alone when they put each other off', () => {
    const dues = new WakeTimes();
    dues.add('a', 0, 9_000, false);
    for (const now of [0, 100, 200]) dues.add('a', now, now + 5_000, true);
    expect(looksFor(dues)).toEqual([5_000, 5_200, 9_000]);
  });

  test('are one look where they nearly fall together, which none of them comes after', () => {
    const dues = new WakeTimes();
    for (let due = 60_000; due <= 61_000; due += 0.5) dues.add('a', 0, due, false);
    const looks = looksFor(dues);
    expect(looks).toHaveLength(51);
    expect(looks.at(-1)).toBeGreaterThanOrEqual(61_000);
  });

  test('are not put off where they are at once', () => {
    const dues = new WakeTimes();
    dues.add('a', 7, 8, false);
    expect(dues.next).toBe(8);
  });
});

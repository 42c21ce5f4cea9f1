import { describe, expect, test } from '@jest/globals';
import { WakeTimes } from '../../src/requests/wake-times.js';

const LONGEST_REST = 5_000;
const NONE: ReadonlySet<string> = new Set();

const wakeTimes = (): WakeTimes => new WakeTimes(LONGEST_REST);

/** At which instants one polls, who polls whenever something is due. */
function pollsFor(wakes: WakeTimes): number[] {
  const polls: number[] = [];
  for (let next = wakes.next; next < Infinity; next = wakes.next) {
    polls.push(next);
    wakes.passed(next, NONE);
  }
  return polls;
}

describe('wake times', () => {
  test('come in their order, whatever the names are, and each once', () => {
    const wakes = wakeTimes();
    for (const due of [5_000, 1_000, 5_000]) wakes.add('a', due);
    wakes.add('b', 3_000);
    expect(pollsFor(wakes)).toEqual([1_000, 3_000, 5_000]);
    expect(wakes.has('a') || wakes.has('b')).toBe(false);
  });

  test('belong to a name until they have passed', () => {
    const wakes = wakeTimes();
    wakes.add('a', 1_000);
    wakes.add('a', 2_000);
    wakes.passed(1_000, NONE);
    expect(wakes.has('a')).toBe(true);
    wakes.passed(2_000, NONE);
    expect(wakes.has('a')).toBe(false);
  });

  test('of debounced requests are the one at which the last is due', () => {
    const wakes = wakeTimes();
    for (let now = 0; now < 10_000; now += 100) wakes.add('a', now + 60_000, now + 600_000);
    expect(pollsFor(wakes)).toEqual([69_900]);
  });

  test('of debounced requests come no later than the longest delay of the first', () => {
    const wakes = wakeTimes();
    for (let now = 0; now < 10_000; now += 100) wakes.add('a', now + 6_000, now + 9_000);
    expect(pollsFor(wakes)).toEqual([9_000]);
  });

  test('are the same where requests are added late, of a transaction that was open', () => {
    const wakes = wakeTimes();
    for (const due of [60_000, 80_000, 65_000, 55_000]) wakes.add('a', due, due + 20_000);
    expect(pollsFor(wakes)).toEqual([75_000]);
  });

  test('of requests that stand alone are not put off by debounced ones', () => {
    const wakes = wakeTimes();
    wakes.add('a', 3_000);
    wakes.add('a', 9_000);
    for (const now of [0, 100, 200]) wakes.add('a', now + 5_000, now + 50_000);
    expect(pollsFor(wakes)).toEqual([3_000, 5_200, 9_000]);
  });

  test('are one poll where they nearly fall together, which none of them comes after', () => {
    const wakes = wakeTimes();
    for (let due = 60_000; due <= 61_000; due += 0.5) wakes.add('a', due);
    const polls = pollsFor(wakes);
    expect(polls).toHaveLength(51);
    expect(polls.at(-1)).toBeGreaterThanOrEqual(61_000);
  });
});

describe('a name whose attempts are in vain', () => {
  test('rests twice as long each time, up to a limit, and is woken then', () => {
    const wakes = wakeTimes();
    const rests: number[] = [];
    let now = 0;
    for (let nth = 1; nth <= 8; nth++) {
      wakes.rest('a', now, 0);
      expect(wakes.resting(wakes.next - 1)).toEqual(['a']);
      expect(wakes.resting(wakes.next)).toEqual([]);
      rests.push(wakes.next - now);
      now = wakes.next;
      wakes.passed(now, new Set(['a']));
    }
    expect(rests).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
  });

  test('rests at least as long as an attempt would be of no use', () => {
    const wakes = wakeTimes();
    wakes.rest('a', 0, 30_000);
    expect(wakes.next).toBe(30_000);
  });

  test.each([
    ['an attempt that succeeded', (wakes: WakeTimes) => wakes.succeeded('a')],
    ['a poll that did not find it any more', (wakes: WakeTimes) => wakes.passed(1_000, NONE)],
  ])('begins with a short rest again after %s', (_, happens) => {
    const wakes = wakeTimes();
    for (const now of [0, 100, 300]) wakes.rest('a', now, 0);
    happens(wakes);
    wakes.passed(1_000, new Set(['a']));
    wakes.rest('a', 1_000, 0);
    expect(wakes.next).toBe(1_100);
  });

  test('is not forgotten while it rests, though no poll can find it', () => {
    const wakes = wakeTimes();
    wakes.rest('a', 0, 30_000);
    wakes.passed(1_000, NONE);
    expect(wakes.resting(1_000)).toEqual(['a']);
  });
});

import { describe, expect, test } from '@jest/globals';
import { sightOf, slowTimes } from './probe.js';
import type { Attempt } from './probe.js';

/** A write each 200 ms that takes 20, answered by `a`, by nobody and by `b` in turn. */
function attempts(...parts: readonly [primary: Attempt['primary'], count: number][]): Attempt[] {
  return parts
    .flatMap(([primary, count]) => Array.from({ length: count }, () => primary))
    .map((primary, nth) => ({ begun: nth * 200, ended: nth * 200 + 20, primary }));
}

describe('what a client sees of a failover', () => {
  const seen = attempts(['a', 10], [undefined, 5], ['b', 5]);

  test('ends with the first answer of another primary', () => {
    expect(sightOf(seen, 1_900)).toEqual({ lastFailure: 2_800, answer: 3_020 });
  });

  test('goes on while nobody answers, and while the former primary still does', () => {
    expect(sightOf(seen.slice(0, 15), 1_900)).toBeUndefined();
    expect(sightOf(seen.slice(0, 15), 900)).toBeUndefined();
    expect(sightOf(seen, 900)).toEqual({ lastFailure: 2_800, answer: 3_020 });
  });

  test('has no failure where each write was answered', () => {
    expect(sightOf(attempts(['a', 10], ['b', 5]), 1_900)).toEqual({ lastFailure: 1_900, answer: 2_020 });
  });
});

test('times without an answer are those outside of the failover, with writes that took more than a second', () => {
  const failover = { kind: 'failover' as const, from: 1_900, to: 3_020 };
  const late = { begun: 5_000, ended: 6_100, primary: 'b' };
  const seen = [...attempts(['a', 10], [undefined, 5], ['b', 5]), late, { begun: 7_000, ended: 7_010 }];
  expect(slowTimes(seen, failover)).toEqual([
    { kind: 'slow', from: 5_000, to: 6_100 },
    { kind: 'slow', from: 7_000, to: 7_010 },
  ]);
});

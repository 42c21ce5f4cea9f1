import { describe, expect, test } from '@jest/globals';
import { LeftBehindWatch } from '../../src/lock/left-behind-watch.js';
import { FakeClock } from '../support/fake-clock.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Looks are spread over a second. */
const SPREAD = 1_000;

function watching() {
  const clock = new FakeClock();
  const watch = new LeftBehindWatch(clock);
  let looks = 0;
  watch.watch('task', () => looks++);
  return { clock, watch, looks: () => looks };
}

describe('the watch over runs that may have died', () => {
  test('looks at the start, and when a lease could have ended', async () => {
    const { clock, watch, looks } = watching();
    expect(looks()).toBe(1);
    watch.lookIn('task', MINUTE);
    await clock.advance(MINUTE - 1);
    expect(looks()).toBe(1);
    await clock.advance(1 + SPREAD);
    expect(looks()).toBe(2);
    await clock.advance(HOUR);
    expect(looks()).toBe(2);
  });

  test('looks once for many claims that the same lease has won over', async () => {
    const { clock, watch, looks } = watching();
    for (let lost = 0; lost < 10; lost++) watch.lookIn('task', MINUTE);
    expect(clock.pending).toBe(1);
    await clock.advance(HOUR);
    expect(looks()).toBe(2);
  });

  test('looks sooner where a shorter lease is met after one that was extended by hand', async () => {
    const { clock, watch, looks } = watching();
    watch.lookIn('task', HOUR);
    watch.lookIn('task', MINUTE);
    await clock.advance(MINUTE + SPREAD);
    expect(looks()).toBe(2);
    expect(clock.pending).toBe(0);
  });

  test('looks no more once it has ended, and leaves no timer', async () => {
    const { clock, watch, looks } = watching();
    watch.lookIn('task', MINUTE);
    watch.end();
    watch.lookIn('task', MINUTE);
    expect(clock.pending).toBe(0);
    await clock.advance(HOUR);
    expect(looks()).toBe(1);
  });
});

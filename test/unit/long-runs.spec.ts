import { describe, expect, test } from '@jest/globals';
import { aTick, MINUTE, replica, wonLock } from '../support/locks.js';
import { lost, TICK, won } from '../support/scripted-store.js';
import type { Script } from '../support/scripted-store.js';

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A task that is due each day, whose lease has to be renewed. */
const daily = { ...aTick, interval: DAY, maxHold: 5 * DAY, lease: 10 * MINUTE };

async function running(claim: typeof aTick, script: Script = {}) {
  const parts = replica(script);
  const lock = await wonLock(parts.locks.claim(claim));
  return { ...parts, lock, warnings: parts.log.lines.warn };
}

describe('a run that takes longer than its interval', () => {
  test('is a warning: since when it runs, and what will become of it', async () => {
    const { clock, warnings } = await running(daily);
    await clock.advance(DAY - 1);
    expect(warnings).toEqual([]);
    await clock.advance(1);
    expect(warnings).toEqual([
      '"clean-up" is still running after its interval of 1d: it started at 2026-03-01T12:00:00.000Z. If it has not ended ' +
        'at 2026-03-06T12:00:00.000Z, its maximum hold of 5d is over: its signal aborts, and its lock ends.',
    ]);
  });

  test('is warned about once, and lost at its maximum hold as before', async () => {
    const { clock, lock, log, warnings } = await running(daily);
    await clock.advance(5 * DAY - 1);
    expect(lock.isHeld()).toBe(true);
    expect(warnings).toHaveLength(1);
    await clock.advance(1);
    expect(lock.signal.reason).toMatchObject({ reason: 'maximum hold' });
    expect(warnings).toHaveLength(1);
    expect(log.lines.error).toHaveLength(1);
  });

  test('is warned about also where no renewal is due before its maximum hold', async () => {
    const { clock, lock, warnings, store } = await running({ ...daily, lease: 15 * DAY });
    await clock.advance(DAY);
    expect(warnings).toHaveLength(1);
    expect(store.renewals).toEqual([]);
    await clock.advance(4 * DAY);
    expect(lock.signal.reason).toMatchObject({ reason: 'maximum hold' });
  });
});

describe('a run without an interval, or with one that is not below the maximum hold', () => {
  test.each([undefined, HOUR, DAY])(
    'is warned about after half of its maximum hold: %p',
    async (interval) => {
      const { clock, warnings } = await running({ ...daily, interval, maxHold: HOUR });
      await clock.advance(HOUR / 2 - 1);
      expect(warnings).toEqual([]);
      await clock.advance(1);
      expect(warnings).toEqual([
        '"clean-up" is still running after half of its maximum hold of 1h: it started at 2026-03-01T12:00:00.000Z. If it ' +
          'has not ended at 2026-03-01T13:00:00.000Z, its maximum hold of 1h is over: its signal aborts, and its lock ends.',
      ]);
    },
  );
});

describe('no warning', () => {
  test('is given for a run that ends in time, and it leaves no timer behind', async () => {
    const { clock, lock, locks, warnings } = await running(daily);
    await clock.advance(DAY - 1);
    await locks.release(lock, 'succeeded');
    expect(clock.pending).toBe(0);
    await clock.advance(5 * DAY);
    expect(warnings).toEqual([]);
  });

  test('costs a timer of its own: a run has one for its deadline, and one for its renewal', async () => {
    const { clock } = await running(daily);
    expect(clock.pending).toBe(2);
    const withoutRenewal = await running({ ...daily, lease: 15 * DAY });
    expect(withoutRenewal.clock.pending).toBe(1);
  });

  test('is given where the lock was lost before: that is an error of its own', async () => {
    const { clock, warnings, log } = await running(daily, { renew: [lost] });
    await clock.advance(DAY);
    expect(log.lines.error).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  test('is given by a process that wakes up after the maximum hold: it is over, and not to come', async () => {
    const { clock, lock, warnings } = await running({ ...daily, lease: 5 * DAY });
    clock.stopProcess(5 * DAY);
    await clock.advance(0);
    expect(lock.signal.reason).toMatchObject({ reason: 'maximum hold' });
    expect(warnings).toEqual([]);
  });
});

test('a task that overruns a short interval at each run is warned about once an hour', async () => {
  const { locks, clock, log } = replica({ claim: [won({ scheduledTime: TICK })] });
  const everySecond = { ...aTick, interval: 1_000, minHold: 900, maxHold: 5_000, lease: 5_000 };
  const run = async () => {
    const lock = await wonLock(locks.claim(everySecond));
    await clock.advance(1_500);
    await locks.release(lock, 'succeeded');
  };
  for (let runs = 0; runs < 10; runs++) await run();
  expect(log.lines.warn).toHaveLength(1);
  await clock.advance(HOUR);
  await run();
  expect(log.lines.warn).toHaveLength(2);
});

import { describe, expect, test } from '@jest/globals';
import { describeMissed, describeSkip } from '../../src/lock/messages.js';
import { missedTicks } from '../../src/lock/missed-ticks.js';
import type { TaskClaim } from '../../src/lock/task-claim.js';
import { aTick, CLAIM_TIMEOUT, MINUTE, replica, wonLock } from '../support/locks.js';
import { Later, TICK, won } from '../support/scripted-store.js';
import type { ClaimAnswer } from '../../src/store/lock-store.js';

const HOUR = 60 * MINUTE;
const hourly = { nextAfter: (after: number) => (Math.floor(after / HOUR) + 1) * HOUR };
const own: TaskClaim = { ...aTick, minHold: 0.9 * HOUR, instants: hourly };
/** The claim of a poll for ticks that were left behind. */
const leftBehind: TaskClaim = {
  ...own,
  tick: { kind: 'scheduled', scheduledTime: TICK, catchupWindow: 6 * HOUR },
};

/** The answer so many milliseconds after the tick, where the last one that ran was so many hours before it. */
function answer(status: 'won' | 'done', age: number, hoursAgo?: number) {
  const lastTick = hoursAgo === undefined ? undefined : new Date(TICK.getTime() - hoursAgo * HOUR);
  return { status, now: TICK.getTime() + age, lastTick };
}

const missed = (claim: TaskClaim, of: ReturnType<typeof answer>) => {
  const found = missedTicks(claim, of, CLAIM_TIMEOUT);
  return found && describeMissed(claim.name, found);
};

describe('a tick that was left behind', () => {
  test('is caught up on once nobody can still run it in time', () => {
    const said =
      '"clean-up" catches up on the tick of 2026-03-01T12:00:00.000Z, which no replica ran when it was due.';
    expect(missed(leftBehind, answer('won', CLAIM_TIMEOUT + 1, 1))).toBe(said);
    expect(missed(leftBehind, answer('won', 2 * HOUR, 1))).toBe(said);
  });

  test.each([-1_000, -1, 0, 1, CLAIM_TIMEOUT])('is not, %i ms after it was due: it runs in time', (age) => {
    expect(missed(leftBehind, answer('won', age, 1))).toBeUndefined();
    expect(missed(leftBehind, answer('won', age))).toBeUndefined();
  });

  test('says in both cases which older ones are dropped', () => {
    const older = 'the missed ones before it, from 2026-03-01T10:00:00.000Z on, are dropped.';
    expect(missed(leftBehind, answer('won', 0, 3))).toBe(
      `"clean-up" runs the tick of 2026-03-01T12:00:00.000Z; ${older}`,
    );
    expect(missed(leftBehind, answer('won', HOUR, 3))).toBe(
      '"clean-up" catches up on the tick of 2026-03-01T12:00:00.000Z, which no replica ran when it was due; ' +
        older,
    );
  });

  test('is dropped for its age only if it is no longer run in time', () => {
    expect(missed(leftBehind, answer('done', 7 * HOUR, 1))).toMatch(
      /has missed .* older than the catchupWindow\.$/,
    );
    // A window of a millisecond: the timers of all replicas are about to claim it.
    expect(missed(leftBehind, answer('done', 2, 1))).toBeUndefined();
  });

  test('is none where that tick, or a later one, ran', () => {
    for (const hoursAgo of [0, -1]) {
      expect(missed(leftBehind, answer('done', 7 * HOUR, hoursAgo))).toBeUndefined();
      expect(missed(leftBehind, answer('won', 7 * HOUR, hoursAgo))).toBeUndefined();
    }
  });
});

describe('what was due before the end of a pause', () => {
  const resumed = (hoursAgo: number) => ({ resumedAt: new Date(TICK.getTime() - hoursAgo * HOUR) });

  test('is not reported as missed, neither where it is too old to catch up on', () => {
    expect(missed(leftBehind, { ...answer('done', 7 * HOUR, 3), ...resumed(-1) })).toBeUndefined();
    expect(missed(leftBehind, { ...answer('won', 0, 5), ...resumed(0) })).toBeUndefined();
  });

  test('hides no tick that was missed after it', () => {
    expect(missed(own, { ...answer('won', 0, 5), ...resumed(2.5) })).toBe(
      '"clean-up" runs the tick of 2026-03-01T12:00:00.000Z; the missed ones before it, from ' +
        '2026-03-01T10:00:00.000Z on, are dropped.',
    );
    expect(missed(leftBehind, { ...answer('done', 7 * HOUR, 3), ...resumed(0) })).toMatch(
      /^"clean-up" has missed/,
    );
  });

  test('is as before where the pause ended before the last run', () => {
    expect(missed(own, { ...answer('won', 0, 3), ...resumed(20) })).toBe(missed(own, answer('won', 0, 3)));
  });
});

test('the claim of a timer catches up on nothing, however late the timer is', () => {
  expect(missed(own, answer('won', 2 * HOUR, 1))).toBeUndefined();
  expect(missed(own, answer('won', 2 * HOUR, 3))).toMatch(/^"clean-up" runs the tick of /);
});

test('a claim that is won too late to run says nothing about its tick', async () => {
  const late = new Later<ClaimAnswer>();
  const lastTick = new Date(TICK.getTime() - 3 * HOUR);
  const { locks, clock, log } = replica({ claim: [late.promise, won({ lastTick })] });
  const claiming = locks.claim({ ...own, lease: 2_000 });
  await clock.advance(2_000);
  late.resolve(won({ lastTick }));
  expect(await claiming).toMatchObject({ reason: 'unavailable' });
  expect(log.lines.warn).toEqual([]);
  await wonLock(locks.claim(own));
  expect(log.lines.warn).toHaveLength(1);
});

test('a poll that finds nothing left behind is no skipped run', () => {
  const done = { status: 'skipped', reason: 'done' } as const;
  expect(describeSkip({ ...own, tick: { kind: 'abandoned' } }, done)).toBe(
    '"clean-up" has no tick to recover',
  );
  expect(describeSkip(leftBehind, done)).toBe('"clean-up" has no missed tick to catch up on');
  expect(describeSkip(own, done)).toBe('"clean-up" is skipped: done');
});

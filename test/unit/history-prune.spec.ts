import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';
import { HistoryPrune } from '../../src/operate/history-prune.js';
import type { HistoryLimits } from '../../src/store/operator-store.js';
import { FakeClock } from '../support/fake-clock.js';
import { recordingLog } from '../support/locks.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

// The first prune after half an hour, the others each hour.
beforeEach(() => void jest.spyOn(Math, 'random').mockReturnValue(0.5));
afterEach(() => void jest.restoreAllMocks());

function pruning(removed: (number | Error)[] = []) {
  const clock = new FakeClock();
  const log = recordingLog();
  const asked: HistoryLimits[] = [];
  const prune = async (limits: HistoryLimits) => {
    asked.push(limits);
    const answer = removed.shift() ?? 0;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { clock, log, asked, prune: new HistoryPrune({ prune }, clock, log) };
}

describe('the history', () => {
  test('keeps 100 runs a task and 14 days, never fewer than ten runs, and 1,000 of a task with keys', async () => {
    const { clock, asked, prune } = pruning();
    prune.begin();
    await clock.advance(HOUR);
    expect(asked).toEqual([{ runs: 100, runsOfKeyed: 1_000, atLeast: 10, maxAge: 14 * DAY }]);
  });

  test('is pruned once an hour, and not right after the start', async () => {
    const { clock, asked, prune } = pruning();
    prune.begin();
    await clock.advance(0);
    expect(asked).toEqual([]);
    await clock.advance(DAY);
    expect(asked).toHaveLength(24);
  });

  test('is pruned again and again until nothing is left to remove', async () => {
    const { clock, asked, prune } = pruning([1_000, 1_000, 7]);
    prune.begin();
    await clock.advance(HOUR);
    expect(asked).toHaveLength(4);
  });

  test('is pruned an hour later where there was no answer', async () => {
    const { clock, asked, prune, log } = pruning([
      new LockStoreUnavailableError('connection refused', false),
    ]);
    prune.begin();
    await clock.advance(2 * HOUR);
    expect(asked).toHaveLength(2);
    expect(log.lines.warn).toEqual(['Old runs could not be removed from the history: connection refused']);
  });

  test('is not pruned after a shutdown, and keeps no process alive', async () => {
    const { clock, asked, prune } = pruning([1_000, 1_000, 1_000]);
    prune.begin();
    expect(clock.keepingAlive).toBe(0);
    await clock.advance(HOUR / 2);
    expect(asked).toHaveLength(1);
    expect(clock.keepingAlive).toBe(0);
    prune.end();
    await clock.advance(DAY);
    expect(asked).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });
});

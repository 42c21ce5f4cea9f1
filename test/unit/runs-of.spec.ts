import { describe, expect, test } from '@jest/globals';
import { runsOf } from '../../src/operate/runs-of.js';
import { InMemoryHistory } from '../../src/store/memory/memory-history.js';
import type { LockRecord, RunSearch } from '../../src/store/operator-store.js';
import type { RecordedRun } from '../../src/store/recorded-run.js';
import { runningLock, runOf, taskRecord } from '../support/operated.js';

const at = (time: string): Date => new Date(`2026-03-10T${time}:00Z`);
const NOW = at('06:30');

/** A run at this time whose lease was over a minute later, and that nobody has written down. */
const died = (time: string, key?: string): LockRecord =>
  runningLock({
    name: key === undefined ? 'clean-up' : `clean-up:${key}`,
    startedAt: at(time),
    lastTick: at(time),
    lockedUntil: new Date(at(time).getTime() + 60_000),
    fence: BigInt(at(time).getTime()),
  });

/** The runs at 06:30, as `outcome at time`, with their keys. */
async function told(
  locks: LockRecord[],
  runs: RecordedRun[] = [],
  search: Partial<RunSearch> = {},
): Promise<string[]> {
  const history = new InMemoryHistory(new Map(runs.map((run) => [`${run.name}@${run.fence}`, run])), () =>
    NOW.getTime(),
  );
  const store = { runs: async (asked: RunSearch) => history.search(asked) };
  const found = await runsOf(store, taskRecord({ locks }), { task: 'clean-up', limit: 50, ...search }, NOW);
  return found.map(
    ({ outcome, startedAt, key }) =>
      `${outcome} at ${startedAt.toISOString().slice(11, 16)}${key === undefined ? '' : ` of ${key}`}`,
  );
}

const ran = (time: string, given: Partial<RecordedRun> = {}): RecordedRun =>
  runOf(at(time).toISOString(), given);

describe('a run whose replica died, before anybody has claimed its lock,', () => {
  test('is among the others by its start', async () => {
    const runs = [ran('06:10'), ran('05:00'), ran('04:00')];
    expect(await told([died('06:00')], runs)).toEqual([
      'succeeded at 06:10',
      'died at 06:00',
      'succeeded at 05:00',
      'succeeded at 04:00',
    ]);
  });

  test('is none while its lease lasts, or where an operator took its lock away', async () => {
    const alive = { ...died('06:00'), lockedUntil: at('06:31') };
    expect(await told([alive])).toEqual([]);
    expect(await told([{ ...died('06:00'), isTakenAway: true }])).toEqual([]);
  });

  test('is told once, as the history has it', async () => {
    const { fence } = died('06:00');
    const lost = ran('06:00', { fence, outcome: 'lost' });
    expect(await told([died('06:00')], [lost])).toEqual(['lost at 06:00']);
    expect(await told([died('06:00')], [lost], { outcomes: ['died'] })).toEqual([]);
  });

  test('is told of each key, also where another one has its fence', async () => {
    const { fence } = died('06:00');
    const other = ran('06:00', { name: 'clean-up:b', key: 'b', fence });
    expect(await told([died('06:00', 'a'), died('05:00', 'c')], [other])).toEqual([
      'succeeded at 06:00 of b',
      'died at 06:00 of a',
      'died at 05:00 of c',
    ]);
  });

  test('is searched for by outcome, key, time and limit', async () => {
    const locks = [died('06:00', 'a'), died('05:00', 'b')];
    expect(await told(locks, [], { outcomes: ['failed', 'died'] })).toHaveLength(2);
    expect(await told(locks, [], { outcomes: ['failed'] })).toEqual([]);
    expect(await told(locks, [], { key: 'b' })).toEqual(['died at 05:00 of b']);
    expect(await told(locks, [], { before: at('06:00') })).toEqual(['died at 05:00 of b']);
    expect(await told(locks, [ran('05:30')], { limit: 2 })).toEqual([
      'died at 06:00 of a',
      'succeeded at 05:30',
    ]);
  });
});

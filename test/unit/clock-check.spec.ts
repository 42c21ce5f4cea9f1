import { describe, expect, test } from '@jest/globals';
import { BatchingStore } from '../../src/store/batching-store.js';
import { ClockCheck } from '../../src/store/clock-check.js';
import type { ClaimAnswer } from '../../src/store/lock-store.js';
import { aClaim, aRelease } from '../support/claims.js';
import { FakeClock } from '../support/fake-clock.js';
import { recordingLog } from '../support/locks.js';
import { Later, ScriptedStore, won } from '../support/scripted-store.js';
import type { Script } from '../support/scripted-store.js';

/** What a replica says whose store answers so many milliseconds after its own clock. */
async function warningsWhere(storeIsLaterBy: number, answer: Partial<ClaimAnswer> = {}): Promise<string[]> {
  const clock = new FakeClock();
  const { store, log } = checked(
    { claim: [{ ...won(), ...answer, now: clock.now() + storeIsLaterBy } as ClaimAnswer] },
    clock,
  );
  await store.claim([aClaim()]);
  return log.lines.warn;
}

function checked(script: Script, clock: FakeClock) {
  const log = recordingLog();
  return { store: new BatchingStore(new ScriptedStore(script), new ClockCheck(clock, log)), log };
}

describe("a replica whose clock differs from the database's", () => {
  test('by no more than a second says nothing', async () => {
    for (const by of [-1_000, 0, 1_000]) expect(await warningsWhere(by)).toEqual([]);
  });

  test('and is ahead is told by how much, and that it waits', async () => {
    expect(await warningsWhere(-20_000)).toEqual([
      "The clock of this replica is at least 20000 ms ahead of the database's. Each tick still runs once: it comes " +
        "early to its ticks, and waits until they are due by the database's clock. Synchronise this machine's clock " +
        '(NTP) all the same.',
    ]);
  });

  test('is told of no more than the difference', async () => {
    expect((await warningsWhere(-1_000.6))[0]).toContain('at least 1000 ms ahead');
  });

  test('and is behind is told by how much, and that others run its ticks', async () => {
    expect(await warningsWhere(300_000)).toEqual([
      expect.stringMatching(
        /at least 300000 ms behind the database's.* only those that no other replica has run/,
      ),
    ]);
  });

  test('is told of a smaller difference where a tick was asked for too early by it', async () => {
    expect(await warningsWhere(-200, { status: 'early' })).toHaveLength(1);
    expect(await warningsWhere(-40, { status: 'early' })).toEqual([]);
  });

  test('is told once, whatever it asks', async () => {
    const clock = new FakeClock();
    const now = clock.now() - 5_000;
    const renewal = { name: 'task', token: aClaim().token, lease: 1, maxHold: 1 };
    const { store, log } = checked(
      { renew: [{ status: 'lost', now }], release: [{ status: 'gone', now }] },
      clock,
    );
    await store.renew([renewal]);
    expect(log.lines.warn).toHaveLength(1);
    await store.release([aRelease(aClaim())]);
    expect(log.lines.warn).toHaveLength(1);
  });
});

test('an answer that took long says nothing of the clocks', async () => {
  const clock = new FakeClock();
  const answer = new Later<ClaimAnswer>();
  const { store, log } = checked({ claim: [answer.promise] }, clock);
  const asked = store.claim([aClaim()]);
  await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(4_000);
  answer.resolve(won({ now: clock.now() - 2_000 }));
  await asked;
  expect(log.lines.warn).toEqual([]);
});

test('whoever wants to know is told by how much the clock differs, once a minute at most', async () => {
  const clock = new FakeClock();
  const offsets: number[] = [];
  const check = new ClockCheck(clock, recordingLog(), (offsetMs) => offsets.push(offsetMs));
  const compare = (storeIsLaterBy: number): void =>
    check.compare(clock.now(), [
      won({ now: clock.now() + storeIsLaterBy }),
      won({ now: clock.now() + storeIsLaterBy }),
    ]);
  compare(-20_000);
  await clock.advance(59_999);
  compare(-20_000);
  expect(offsets).toEqual([20_000]);
  await clock.advance(1);
  compare(300_000);
  expect(offsets).toEqual([20_000, -300_000]);
});

test('the offset is what the last answer shows, and nothing before the first', async () => {
  const clock = new FakeClock();
  const check = new ClockCheck(clock, recordingLog());
  expect(check.offset).toBeUndefined();
  const seen = async (storeIsLaterBy: number) => {
    const sentAt = clock.now();
    await clock.advance(10);
    check.compare(sentAt, [won({ now: clock.now() + storeIsLaterBy })]);
    return check.offset;
  };
  expect(await seen(300)).toBe(-300);
  expect(await seen(-300)).toBe(290);
  // Somewhere between the request and its answer: the clocks may agree.
  expect(await seen(-4)).toBe(0);
});

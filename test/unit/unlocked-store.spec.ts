import { describe, expect, test } from '@jest/globals';
import type { TickRequest } from '../../src/store/lock-store.js';
import { UnlockedStore } from '../../src/store/memory/unlocked-store.js';
import { aClaim } from '../support/claims.js';
import { FakeClock } from '../support/fake-clock.js';
import { TICK } from '../support/scripted-store.js';

async function grantOf(tick: TickRequest, store = new UnlockedStore(new FakeClock())) {
  const [answer] = await store.claim([aClaim({ tick })]);
  if (answer?.status !== 'won') throw new Error(`not granted: ${answer?.status}`);
  return answer;
}

describe('the store of enabled: false', () => {
  test('grants every claim, also of a task that is running', async () => {
    const store = new UnlockedStore(new FakeClock());
    await store.prepare();
    const claim = aClaim();
    const answers = await store.claim([claim, claim, aClaim({ name: 'other' })]);
    expect(answers.map(({ status }) => status)).toEqual(['won', 'won', 'won']);
  });

  test('gives each run a fence that grows, and at least the epoch milliseconds', async () => {
    const clock = new FakeClock();
    const store = new UnlockedStore(clock);
    const fences: bigint[] = [];
    for (let claims = 0; claims < 3; claims++) fences.push((await grantOf({ kind: 'call' }, store)).fence);
    clock.setWall(-60_000);
    fences.push((await grantOf({ kind: 'call' }, store)).fence);
    await clock.advance(120_000);
    fences.push((await grantOf({ kind: 'call' }, store)).fence);
    const start = BigInt(TICK.getTime());
    expect(fences).toEqual([start, start + 1n, start + 2n, start + 3n, start + 60_000n]);
  });

  test('knows the tick that was asked for; of an interval it is now, and a call has none', async () => {
    const scheduledTime = new Date('2026-03-01T11:59:00Z');
    expect((await grantOf({ kind: 'scheduled', scheduledTime })).scheduledTime).toEqual(scheduledTime);
    expect((await grantOf({ kind: 'kept', interval: 60_000 })).scheduledTime).toEqual(TICK);
    expect((await grantOf({ kind: 'call' })).scheduledTime).toBeUndefined();
  });

  test('renews and releases whatever it is given', async () => {
    const store = new UnlockedStore(new FakeClock());
    const lockedUntil = new Date(TICK.getTime() + 5_000);
    expect(await store.renew([{ lease: 5_000 }])).toEqual([
      { status: 'renewed', now: TICK.getTime(), lockedUntil },
    ]);
    expect(await store.release([{}, {}])).toEqual([{ status: 'released' }, { status: 'released' }]);
  });
});

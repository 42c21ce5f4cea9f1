import { describe, expect, test } from '@jest/globals';
import type { TaskLocksSettings } from '../../src/lock/task-locks.js';
import type { TaskClaim } from '../../src/lock/task-claim.js';
import type { PreviousRun } from '../../src/store/lock-store.js';
import type { RunFacts } from '../../src/store/recorded-run.js';
import { aTick, MINUTE, replica, wonLock } from '../support/locks.js';
import { held, Later, TICK, won } from '../support/scripted-store.js';
import type { Script } from '../support/scripted-store.js';

const LAST_TICK = new Date(TICK.getTime() - MINUTE);
const NEXT_TICK = new Date(TICK.getTime() + MINUTE);

/** A replica that records runs. */
function recording(script: Script = {}, settings: Partial<TaskLocksSettings> = {}) {
  const died: (readonly RunFacts[])[] = [];
  const recordDied = async (runs: readonly RunFacts[]): Promise<void> => void died.push(runs);
  return { died, ...replica(script, { history: { recordDied }, ...settings }) };
}

describe('the release of a run', () => {
  test('says what the winner knows of its run', async () => {
    const { locks, store } = recording({ claim: [won({ lastTick: LAST_TICK })] });
    const claim: TaskClaim = { ...aTick, name: 'clean-up:7', key: '7', nextDue: () => NEXT_TICK };
    await locks.release(await wonLock(locks.claim(claim)), 'succeeded');
    expect(store.releases[0]!.run).toEqual({
      name: 'clean-up:7',
      task: 'clean-up',
      key: '7',
      fence: 7n,
      trigger: 'tick',
      replica: 'replica-a',
      startedAt: TICK,
      tick: TICK,
      previousTick: LAST_TICK,
      nextDue: NEXT_TICK,
    });
  });

  test('that repeats the tick of a dead run says so', async () => {
    const { locks, store } = recording({ claim: [won({ recovering: true })] });
    await locks.release(await wonLock(locks.claim({ ...aTick, recover: true })), 'succeeded');
    expect(store.releases[0]!.run).toMatchObject({ trigger: 'recovery', tick: TICK });
  });

  test('is sent with that also where the lock is lost: the run is recorded as lost', async () => {
    const { locks, store, clock } = recording();
    const lock = await wonLock(locks.claim(aTick));
    await clock.advance(aTick.maxHold);
    expect(lock.isHeld()).toBe(false);
    await locks.release(lock, 'failed', 'AbortError');
    expect(store.releases[0]).toMatchObject({ run: { fence: 7n }, error: 'AbortError' });
  });

  test.each([
    ['is returned: nothing ran', {}, 'returned'],
    ['is not recorded: the history is off', { history: undefined }, 'succeeded'],
  ] as const)('says nothing of one that %s', async (_, settings, outcome) => {
    const { locks, store } = recording({}, settings);
    await locks.release(await wonLock(locks.claim(aTick)), outcome);
    expect(store.releases[0]!.run).toBeUndefined();
  });

  test('goes again without the history where the store refuses it', async () => {
    const { locks, store, clock, log } = recording({
      release: [new Error('no such column'), { status: 'released' }],
    });
    void locks.release(await wonLock(locks.claim(aTick)), 'succeeded');
    await clock.advance(MINUTE);
    expect(store.releases).toHaveLength(2);
    expect(store.releases[1]).toMatchObject({ outcome: 'succeeded', run: undefined });
    expect(log.lines.error).toEqual([
      'The release of "clean-up" failed, it is repeated without its history: no such column',
    ]);
  });
});

describe('when the task is due next', () => {
  test('is computed once, at the release, from this tick, or for a call from the last one', async () => {
    const { locks, store } = recording({
      claim: [won(), won({ scheduledTime: undefined, lastTick: LAST_TICK }), held()],
    });
    const asked: (Date | undefined)[] = [];
    const nextDue = (_: number, lastTick?: Date) => (asked.push(lastTick), NEXT_TICK);
    for (const lastTick of [TICK, LAST_TICK]) {
      const lock = await wonLock(locks.claim({ ...aTick, nextDue }));
      expect(asked).not.toContain(lastTick);
      await locks.release(lock, 'succeeded');
      expect(asked.at(-1)).toBe(lastTick);
    }
    await locks.claim({ ...aTick, nextDue });
    expect(asked).toEqual([TICK, LAST_TICK]);
    expect(store.releases.map(({ run }) => run?.nextDue)).toEqual([NEXT_TICK, NEXT_TICK]);
  });

  test("is computed by the store's clock: that of a replica may be wrong by hours", async () => {
    const { locks, clock } = recording();
    const asked: number[] = [];
    const nextDue = (now: number) => (asked.push(now), NEXT_TICK);
    const lock = await wonLock(locks.claim({ ...aTick, nextDue }));
    await clock.advance(5_000);
    clock.setWall(3 * 60 * MINUTE);
    await locks.release(lock, 'succeeded');
    expect(asked).toEqual([lock.state.startedAt.getTime() + 5_000]);
  });

  test('is computed by nobody where the history is off', async () => {
    const { locks } = recording({}, { history: undefined });
    let asked = 0;
    const nextDue = () => (asked++, NEXT_TICK);
    await locks.release(await wonLock(locks.claim({ ...aTick, nextDue })), 'succeeded');
    expect(asked).toBe(0);
  });

  test('is left out where its schedule cannot say, which costs no release', async () => {
    const { locks, store } = recording();
    const nextDue = () => {
      throw new Error('the expression never fires');
    };
    await locks.release(await wonLock(locks.claim({ ...aTick, nextDue })), 'succeeded');
    expect(store.releases[0]).toMatchObject({ outcome: 'succeeded', run: { nextDue: undefined } });
  });
});

describe('the error of a run', () => {
  const failed = async (redactError?: TaskLocksSettings['redactError']) => {
    const { locks, store, log, clock } = recording({}, { redactError });
    const fail = async () => locks.release(await wonLock(locks.claim(aTick)), 'failed', 'password=abc');
    await fail();
    return { fail, store, clock, warnings: log.lines.warn };
  };

  test('is kept as it is, unless the application redacts it', async () => {
    expect((await failed()).store.releases[0]!.error).toBe('password=abc');
    const { store } = await failed((error, task) => `${task}: ${error.replace('abc', '…')}`);
    expect(store.releases[0]!.error).toBe('clean-up: password=…');
  });

  test.each([
    ['throws', () => JSON.parse('{') as string, /redactError .* failed: .*JSON/],
    ['returns a promise', () => Promise.reject(new Error('late')) as unknown as string, /it returned object/],
    ['returns no text', () => undefined as unknown as string, /it must return a text; it returned undefined/],
  ])(
    'is not kept where redactError %s; the release goes on, and one line a minute says so',
    async (_, redact, said) => {
      const { fail, store, clock, warnings } = await failed(redact);
      await fail();
      expect(store.releases).toHaveLength(2);
      for (const release of store.releases) {
        expect(release).toMatchObject({ outcome: 'failed', run: { task: 'clean-up' } });
        expect(release.error).toBeUndefined();
      }
      expect(warnings).toEqual([expect.stringMatching(said)]);
      expect(warnings[0]).toMatch(/ No lock is affected\.$/);
      await clock.advance(MINUTE);
      await fail();
      expect(warnings).toHaveLength(2);
    },
  );
});

describe('a run that is found dead', () => {
  const previous: PreviousRun = { replica: 'replica-b', startedAt: LAST_TICK, fence: 5n };
  const facts = { name: 'clean-up', task: 'clean-up', fence: 5n, replica: 'replica-b', startedAt: LAST_TICK };

  test.each([
    ['tick', 'tick', LAST_TICK],
    ['recovery', 'recovery', LAST_TICK],
    ['catch-up', 'catch-up', LAST_TICK],
    ['call', 'call', undefined],
    ['request', 'request', undefined],
    ['operator', 'operator', undefined],
    [undefined, 'call', undefined],
  ] as const)('is recorded by the winner; begun by %s', async (trigger, recorded, tick) => {
    const answer = won({ lastTick: LAST_TICK, previous: { ...previous, trigger } });
    const { locks, died } = recording({ claim: [answer] });
    await wonLock(locks.claim(aTick));
    expect(died).toEqual([[{ ...facts, key: undefined, trigger: recorded, tick }]]);
  });

  test('is not one that a shutdown left to be recovered', async () => {
    const { locks, died } = recording({ claim: [won({ previous, leftOpen: true })] });
    await wonLock(locks.claim(aTick));
    expect(died).toEqual([]);
  });

  test('is recorded by nobody where the history is off, or where nothing died', async () => {
    const off = recording({ claim: [won({ previous })] }, { history: undefined });
    await wonLock(off.locks.claim(aTick));
    const fine = recording();
    await wonLock(fine.locks.claim(aTick));
    expect([...off.died, ...fine.died]).toEqual([]);
  });

  test('keeps no winner waiting, and takes one connection, however many there are', async () => {
    const first = new Later<void>();
    const sent: number[] = [];
    const recordDied = (runs: readonly RunFacts[]) => (sent.push(runs.length), first.promise);
    const { locks, clock } = recording({ claim: [won({ previous })] }, { history: { recordDied } });
    for (let nth = 0; nth < 100; nth++) await wonLock(locks.claim({ ...aTick, name: `clean-up:${nth}` }));
    expect(sent).toEqual([1]);
    first.resolve();
    await clock.advance(0);
    expect(sent).toEqual([1, 99]);
  });

  test('that cannot be recorded costs no claim, and is one line a minute', async () => {
    const recordDied = () => Promise.reject(new Error('permission denied for table task_lock_run'));
    const { locks, clock, log } = recording({ claim: [won({ previous })] }, { history: { recordDied } });
    const win = async () => {
      await locks.release(await wonLock(locks.claim(aTick)), 'succeeded');
      await clock.advance(0);
    };
    await win();
    await win();
    expect(log.lines.warn).toEqual([
      'The history lacks 1 runs that died: permission denied for table task_lock_run. No lock is affected.',
    ]);
    await clock.advance(MINUTE);
    await win();
    expect(log.lines.warn).toHaveLength(2);
  });
});

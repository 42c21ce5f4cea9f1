import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { Enclose, EventHub } from '../../src/lock/event-hub.js';
import type { TaskLockEvent } from '../../src/lock/events.js';
import type { HeldLockState } from '../../src/lock/held-lock.js';
import type { RunTrigger } from '../../src/store/recorded-run.js';
import type { TaskClaim } from '../../src/lock/task-claim.js';
import type { Outcome } from '../../src/store/lock-store.js';
import { hearChannels, stopListening } from '../support/event-listening.js';
import { SHORTEST_TIMER } from '../support/fake-clock.js';
import { aTick, CLAIM_TIMEOUT, MINUTE, replica, wonLock } from '../support/locks.js';
import { answerLost, busy, early, held, lost, notSent, TICK, won } from '../support/scripted-store.js';
import type { Script } from '../support/scripted-store.js';

afterEach(stopListening);

const HOUR = 60 * MINUTE;
const hourly = { nextAfter: (after: number) => (Math.floor(after / HOUR) + 1) * HOUR };
const ago = (hours: number): Date => new Date(TICK.getTime() - hours * HOUR);

/** What every event of the task begins with; the clock stands at the tick unless it is moved. */
const head = { name: 'clean-up', key: undefined, at: TICK };
const run = {
  fence: '7',
  token: expect.any(String),
  scheduledTime: TICK,
  startedAt: TICK,
  trigger: 'tick',
  replica: 'replica-a',
};

const ears = {
  'a listener': (events: EventHub): TaskLockEvent[] => {
    const heard: TaskLockEvent[] = [];
    events.subscribe((event) => void heard.push(event));
    return heard;
  },
  'the channels of the process': (): TaskLockEvent[] => hearChannels(),
};

describe.each(Object.entries(ears))('%s', (_, listenTo) => {
  function listening(script: Script = {}) {
    const own = replica(script);
    const heard = listenTo(own.events);
    return { ...own, heard, typesHeard: () => heard.map(({ type }) => type) };
  }

  test('hears of a run when it is won and when it has ended', async () => {
    const startedAt = new Date(TICK.getTime() + 250);
    const { locks, clock, heard } = listening({ claim: [won({ startedAt })] });
    const lock = await wonLock(locks.claim(aTick));
    expect(heard).toEqual([{ type: 'run-started', ...head, ...run, startedAt }]);
    await clock.advance(1_234);
    await locks.release(lock, 'succeeded');
    expect(heard.slice(1)).toEqual([
      {
        type: 'run-finished',
        ...head,
        ...run,
        at: new Date(clock.now()),
        startedAt,
        token: lock.state.token,
        outcome: 'succeeded',
        durationMs: 1_234,
        latenessMs: 250,
        error: undefined,
      },
    ]);
  });

  test.each<[Outcome, string | undefined]>([
    ['failed', 'Error: out of paper'],
    ['returned', undefined],
  ])('hears how it ended: %s', async (outcome, error) => {
    const { locks, heard } = listening();
    await locks.release(await wonLock(locks.claim(aTick)), outcome, error);
    expect(heard[1]).toMatchObject({ type: 'run-finished', outcome });
    expect(heard[1]).toHaveProperty('error', error);
  });

  test('hears that a shutdown aborted it', async () => {
    const { locks, clock, heard, typesHeard } = listening();
    const lock = await wonLock(locks.claim(aTick));
    const stopped = locks.stop(0);
    await clock.advance(SHORTEST_TIMER);
    await locks.release(lock, 'failed', 'TaskLockLostError');
    await clock.advance(MINUTE);
    await stopped;
    expect(typesHeard()).toEqual(['run-started', 'lock-lost', 'run-finished']);
    expect(heard[1]).toMatchObject({ reason: 'shutdown' });
    expect(heard[2]).toMatchObject({ outcome: 'aborted' });
  });

  test('hears of the task and its key, and not of the name that the lock makes of both', async () => {
    const { locks, heard } = listening();
    await wonLock(locks.claim({ ...aTick, name: 'clean-up:5', key: '5' }));
    expect(heard).toMatchObject([{ name: 'clean-up', key: '5' }]);
  });

  const scheduled = { kind: 'scheduled', scheduledTime: TICK } as const;
  test.each<[RunTrigger, RunTrigger, boolean]>([
    ['tick', 'tick', false],
    ['catch-up', 'catch-up', false],
    ['request', 'request', false],
    ['recovery', 'tick', true],
  ])('hears what made the run: %s, claimed as %s', async (made, trigger, recovering) => {
    const { locks, heard } = listening({ claim: [won({ recovering })] });
    await locks.claim({ ...aTick, trigger });
    expect(heard[0]).toMatchObject({ type: 'run-started', trigger: made });
  });

  test('hears that a run repeats the tick of one that died', async () => {
    const previous = { replica: 'replica-dead', startedAt: ago(1), fence: 6n };
    const { locks, heard } = listening({ claim: [won({ recovering: true, previous }), won({ previous })] });
    await wonLock(locks.claim({ ...aTick, tick: { kind: 'abandoned' } }));
    expect(heard.slice(1)).toEqual([
      { type: 'run-recovered', ...head, previous: { ...previous, fence: '6' } },
    ]);
    // Another tick than that of the run that died.
    await wonLock(locks.claim({ ...aTick, name: 'report', task: 'report' }));
    expect(heard.slice(2)).toMatchObject([{ type: 'run-started', name: 'report' }]);
  });

  test('hears why a claim was skipped, and by whom', async () => {
    const { locks, heard } = listening({ claim: [held('replica-b')] });
    await locks.claim(aTick);
    const heldUntil = new Date(TICK.getTime() + MINUTE);
    const reason = { reason: 'held', heldBy: 'replica-b', heldUntil, scheduledTime: TICK };
    expect(heard).toEqual([{ type: 'claim-skipped', ...head, ...reason }]);
  });

  test('hears of a skipped claim once, however often it was attempted', async () => {
    const done = { status: 'done', now: TICK.getTime() } as const;
    const { locks, clock, heard } = listening({ claim: [busy, early(1_000), done] });
    const claiming = locks.claim(aTick);
    await clock.advance(2_000);
    await claiming;
    expect(heard).toMatchObject([{ type: 'claim-skipped', reason: 'done' }]);
  });

  test('hears of a condition that is false, and of a shutdown', async () => {
    const { locks, heard } = listening();
    await locks.claim({ ...aTick, condition: () => false });
    await locks.stop(0);
    await locks.claim(aTick);
    expect(heard).toMatchObject([{ reason: 'condition' }, { reason: 'stopping' }]);
  });

  test('hears nothing of a poll that finds nothing left behind', async () => {
    const { locks, heard } = listening({ claim: [{ status: 'done', now: TICK.getTime() }] });
    await locks.claim({ ...aTick, tick: { kind: 'abandoned' } });
    await locks.claim({ ...aTick, tick: { ...scheduled, catchupWindow: HOUR } });
    expect(heard).toEqual([]);
  });

  test('hears that the database gave no answer, and what its error was', async () => {
    const { locks, clock, heard } = listening({ claim: [answerLost()] });
    void locks.claim(aTick);
    await clock.advance(CLAIM_TIMEOUT + SHORTEST_TIMER);
    expect(heard).toMatchObject([
      { type: 'database-unavailable', name: 'clean-up', error: 'connection terminated' },
      { type: 'claim-skipped', reason: 'unavailable' },
    ]);
  });

  test('hears of renewals that fail or have no answer, and that the lock is lost', async () => {
    const { locks, clock, heard } = listening({ renew: [notSent(), new Promise(() => {}), lost] });
    const lock = await wonLock(locks.claim({ ...aTick, lease: MINUTE }));
    await clock.advance(MINUTE - 1);
    const { token } = lock.state;
    expect(heard.slice(1)).toEqual([
      { type: 'renewal-failed', ...head, at: expect.any(Date), error: 'connection refused', fence: '7' },
      {
        type: 'renewal-failed',
        ...head,
        at: expect.any(Date),
        error: 'the database did not answer',
        fence: '7',
      },
      { type: 'lock-lost', ...head, at: expect.any(Date), reason: 'taken', fence: '7', token },
    ]);
  });

  describe('of a task whose missed ticks are caught up', () => {
    const task: TaskClaim = { ...aTick, minHold: 0.9 * HOUR, instants: hourly };
    const catchUp: TaskClaim = {
      ...task,
      trigger: 'catch-up',
      tick: { ...scheduled, catchupWindow: 6 * HOUR },
    };

    test('hears which older ticks never ran', async () => {
      const { locks, heard } = listening({ claim: [won({ lastTick: ago(5) })] });
      await locks.claim(task);
      expect(heard).toMatchObject([
        { type: 'tick-missed', name: 'clean-up', count: 4, first: ago(4), last: ago(1) },
        { type: 'run-started' },
      ]);
    });

    test('hears that the newest is caught up on, and how late', async () => {
      const now = TICK.getTime() + HOUR / 2;
      const { locks, heard } = listening({ claim: [won({ now, lastTick: ago(2) })] });
      await locks.claim(catchUp);
      expect(heard).toMatchObject([
        { type: 'tick-missed', count: 1, first: ago(1), last: ago(1) },
        { type: 'tick-caught-up', scheduledTime: TICK, latenessMs: HOUR / 2 },
        { type: 'run-started', trigger: 'catch-up' },
      ]);
    });

    test('hears that it is too old for that', async () => {
      const now = TICK.getTime() + 7 * HOUR;
      const { locks, heard } = listening({ claim: [{ status: 'done', now, lastTick: ago(3) }] });
      await locks.claim(catchUp);
      expect(heard).toMatchObject([{ type: 'tick-missed', count: 3, first: ago(2), last: TICK }]);
    });

    test('counts only those that were meant to run, and no more than 100', async () => {
      const { locks, heard } = listening({
        claim: [won({ lastTick: ago(49) }), won({ lastTick: ago(999) })],
      });
      await locks.claim({ ...task, minHold: 24 * HOUR });
      await locks.claim({ ...task, name: 'report' });
      expect(heard.filter(({ type }) => type === 'tick-missed')).toMatchObject([
        { count: 2, first: ago(25), last: ago(1) },
        { count: 100, first: ago(998), last: ago(899) },
      ]);
    });

    test('hears nothing of ticks where none was missed', async () => {
      const { locks, typesHeard } = listening({ claim: [won({ lastTick: ago(1) })] });
      await locks.claim(task);
      expect(typesHeard()).toEqual(['run-started']);
    });
  });

  test('hears events that can be written as JSON', async () => {
    const previous = { replica: 'replica-dead', startedAt: ago(1), fence: 6n };
    const { locks, heard } = listening({ claim: [won({ recovering: true, previous })] });
    await locks.release(await wonLock(locks.claim(aTick)), 'succeeded');
    expect(JSON.parse(JSON.stringify(heard))).toMatchObject([
      { type: 'run-started', at: TICK.toISOString(), fence: '7' },
      { type: 'run-recovered', previous: { fence: '6' } },
      { type: 'run-finished' },
    ]);
  });
});

describe('where nobody listens', () => {
  const instants = { nextAfter: jest.fn(hourly.nextAfter) };
  const task = { ...aTick, lease: MINUTE, minHold: 0.9 * HOUR, instants };

  /** One of everything: a missed tick, a run, a renewal that fails, a loss, a skip, an outage. */
  async function aBadDay(listen: (events: EventHub) => void = () => {}) {
    instants.nextAfter.mockClear();
    const { locks, clock, events } = replica({
      claim: [won({ lastTick: ago(5), recovering: true }), held(), notSent()],
      renew: [notSent(), lost],
    });
    listen(events);
    const published = jest.spyOn(events, 'publish');
    const lock = await wonLock(locks.claim(task));
    await clock.advance(MINUTE / 2);
    await locks.release(lock, 'failed');
    await locks.claim(task);
    void locks.claim(task);
    await clock.advance(CLAIM_TIMEOUT + SHORTEST_TIMER);
    return published.mock.calls.map(([{ type }]) => type);
  }

  test('no event is made, and no missed tick is counted', async () => {
    expect(await aBadDay()).toEqual([]);
    // The log names the first of them.
    expect(instants.nextAfter).toHaveBeenCalledTimes(1);
  });

  test('to any but one, only that one is made', async () => {
    expect(await aBadDay(() => hearChannels(['lock-lost']))).toEqual(['lock-lost']);
    expect(instants.nextAfter).toHaveBeenCalledTimes(1);
  });

  test('is told from where somebody does', async () => {
    expect(await aBadDay((events) => events.subscribe(() => {}))).toEqual([
      'tick-missed',
      'run-started',
      'run-recovered',
      'renewal-failed',
      'lock-lost',
      'run-finished',
      'claim-skipped',
      'database-unavailable',
      'claim-skipped',
    ]);
    expect(instants.nextAfter.mock.calls.length).toBeGreaterThan(1);
  });

  test('any more, no event is made: a listener may end', async () => {
    expect(await aBadDay((events) => events.subscribe(() => {})())).toEqual([]);
  });
});

describe('a listener that fails', () => {
  const failing: [string, () => unknown][] = [
    [
      'throws',
      () => {
        throw new Error('no network');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no network'))],
  ];

  test.each(failing)('and %s disturbs no run and no other listener, and is logged', async (_, listener) => {
    const { locks, store, log, clock, events } = replica();
    const heard: string[] = [];
    events.subscribe(listener);
    events.subscribe(({ type }) => heard.push(type));
    await locks.release(await wonLock(locks.claim(aTick)), 'succeeded');
    await clock.advance(0);
    expect(heard).toEqual(['run-started', 'run-finished']);
    expect(store.releases).toMatchObject([{ outcome: 'succeeded' }]);
    expect(log.lines.error).toEqual([
      'A listener to TaskLockEvents failed: Error: no network. No run is affected. Mend the listener, or catch its ' +
        'errors; this is said once a minute at most.',
    ]);
  });

  test('is logged once a minute at most', async () => {
    const { log, clock, events } = replica();
    events.subscribe(failing[0]![1]);
    const publish = (): void => events.publish({ type: 'paused', name: '*', by: 'ada', at: TICK });
    publish();
    await clock.advance(MINUTE - 1);
    publish();
    expect(log.lines.error).toHaveLength(1);
    await clock.advance(1);
    publish();
    expect(log.lines.error).toHaveLength(2);
  });
});

describe('what a listener puts around the method of a run', () => {
  const run = () => ({ state: {} as HeldLockState, member: 'Jobs.cleanUp' });
  const noting =
    (notes: string[], name: string): Enclose =>
    ({ member }, work) =>
    async () => {
      notes.push(`${name} begins ${member}`);
      try {
        return await work();
      } finally {
        notes.push(`${name} ends`);
      }
    };

  test('is around it, and changes neither its value nor its error', async () => {
    const { events } = replica();
    const notes: string[] = [];
    events.subscribe(() => {}, undefined, noting(notes, 'span'));
    expect(await events.around(run, async () => notes.push('works'))).toBe(2);
    expect(notes).toEqual(['span begins Jobs.cleanUp', 'works', 'span ends']);
    const error = new Error('out of paper');
    await expect(events.around(run, () => Promise.reject(error))).rejects.toBe(error);
  });

  test('is left out if it fails, and no other is', async () => {
    const { events, log } = replica();
    const notes: string[] = [];
    events.subscribe(
      () => {},
      undefined,
      () => {
        throw new Error('no tracer');
      },
    );
    events.subscribe(() => {}, undefined, noting(notes, 'span'));
    expect(await events.around(run, async () => 'value')).toBe('value');
    expect(notes).toEqual(['span begins Jobs.cleanUp', 'span ends']);
    expect(log.lines.error).toEqual([
      expect.stringContaining('A listener to TaskLockEvents failed: Error: no tracer'),
    ]);
  });

  test('is gone with the listener, and where there is none, nothing is asked of the run', async () => {
    const { events } = replica();
    const notes: string[] = [];
    events.subscribe(() => {}, undefined, noting(notes, 'span'))();
    events.subscribe(() => {});
    const asked = jest.fn(run);
    await events.around(asked, async () => {});
    expect(notes).toEqual([]);
    expect(asked).not.toHaveBeenCalled();
  });
});

describe('the end of the application', () => {
  test('is told to listeners once, and nothing comes after it', () => {
    const { events } = replica();
    const heard: string[] = [];
    events.subscribe(
      ({ type }) => heard.push(type),
      () => void heard.push('end'),
    );
    events.end();
    events.end();
    events.publish({ type: 'resumed', name: '*', by: 'ada', at: TICK });
    expect(heard).toEqual(['end']);
  });

  test('is told at once to one that comes too late', () => {
    const { events } = replica();
    events.end();
    const ended = jest.fn();
    events.subscribe(() => {}, ended)();
    expect(ended).toHaveBeenCalledTimes(1);
    expect(events.wants('run-started')).toBe(false);
  });
});

import { describe, expect, test } from '@jest/globals';
import { countsOf, pageOf } from '../../src/operate/task-list.js';
import { taskState } from '../../src/operate/task-states.js';
import type { TaskState } from '../../src/operate/operator-types.js';
import type { TaskRecord } from '../../src/store/operator-store.js';
import { definition, HOUR, lockRecord, MINUTE, runningLock, runOf, taskRecord } from '../support/operated.js';

const at = (time: string): Date => new Date(`2026-03-10T${time}:00Z`);

/** The state of the hourly task at 06:30, but for what is given. */
function stateOf(given: Partial<TaskRecord> = {}, now = at('06:30'), overdueAfter?: number): TaskState {
  return taskState(taskRecord(given), now, overdueAfter);
}

/** A run of the tick of six, after which the task is due at seven. */
const lastRun = runOf('2026-03-10T06:00:00Z', { nextDue: at('07:00') });
const late = { lastRun: runOf('2026-03-10T03:00:00Z', { nextDue: at('04:00') }) };
const pausedFrom = (from: string, to: string) => ({
  name: 'clean-up',
  by: 'ana',
  from: at(from),
  to: at(to),
});
const pause = { name: 'clean-up', by: 'ana', since: at('05:00') };
const alive = runningLock({ startedAt: at('06:29'), lockedUntil: at('06:31'), lastTick: at('06:00') });
const dead = runningLock({ startedAt: at('06:00'), lockedUntil: at('06:01') });

/** One that ran the tick of four, and nobody has claimed the one of five. */
const longDead = runningLock({ startedAt: at('04:00'), lockedUntil: at('04:01'), lastTick: at('04:00') });

describe('the state of a task', () => {
  test('is the first that fits: running, undeclared, paused, overdue, died, idle', () => {
    const everything = {
      ...late,
      locks: [alive, { ...dead, name: 'clean-up:a' }],
      pause,
      definition: definition({ isDeclared: false }),
    };
    expect(stateOf(everything).state).toBe('running');
    expect(stateOf({ ...everything, locks: [dead] }).state).toBe('undeclared');
    expect(stateOf({ ...everything, locks: [longDead], definition: definition() }).state).toBe('paused');
    expect(stateOf({ ...late, locks: [longDead] }).state).toBe('overdue');
    expect(stateOf({ lastRun, locks: [dead] }).state).toBe('died');
    expect(stateOf({ lastRun, locks: [lockRecord()] }).state).toBe('idle');
  });

  test('is not died where an operator took the lock away, which is free by itself', () => {
    expect(stateOf({ lastRun, locks: [{ ...dead, isTakenAway: true }] }).state).toBe('idle');
  });

  test('is not died where a shutdown released the lock, so that the tick is recovered', () => {
    expect(stateOf({ lastRun, locks: [{ ...dead, isLeftOpen: true }] }).state).toBe('idle');
  });

  test('is not overdue where the row of the lock shows a later run that is not recorded', () => {
    const times = { startedAt: at('06:00'), finishedAt: at('06:01'), lastTick: at('06:00') };
    const later = lockRecord({ fence: late.lastRun.fence + 1n, ...times });
    expect(stateOf({ ...late, locks: [later] })).toMatchObject({
      state: 'idle',
      nextDue: at('07:00').toISOString(),
    });
    expect(stateOf({ ...late, locks: [{ ...later, fence: late.lastRun.fence }] }).state).toBe('overdue');
  });

  test('is overdue where the row of the lock shows a claim that was returned, and nobody has run since', () => {
    const times = { startedAt: at('06:00'), finishedAt: at('06:00'), lastTick: at('05:06') };
    const returned = lockRecord({ fence: late.lastRun.fence + 1n, outcome: 'returned', ...times });
    expect(stateOf({ ...late, locks: [returned] })).toMatchObject({
      state: 'overdue',
      overdueByMs: stateOf(late).overdueByMs,
    });
  });

  test('is running under a lease without an end', () => {
    expect(stateOf({ lastRun, locks: [{ ...alive, lockedUntil: undefined }] })).toMatchObject({
      state: 'running',
      running: { leaseEndsAt: null },
    });
  });

  test('tells of many keys that run the oldest, with its key', () => {
    const keyed = { ...alive, name: 'clean-up:tenant\\:7', startedAt: at('06:10') };
    expect(stateOf({ lastRun, locks: [{ ...alive, name: 'clean-up:b' }, keyed] }).running).toEqual({
      replica: 'app-1',
      since: at('06:10').toISOString(),
      leaseEndsAt: at('06:31').toISOString(),
      tick: at('06:00').toISOString(),
      fence: String(alive.fence),
      key: 'tenant:7',
    });
  });

  test('tells no tick of a call: that in the row is of an earlier run', () => {
    for (const outcome of ['call', 'request', 'operator'])
      expect(stateOf({ locks: [{ ...alive, outcome }] }).running!.tick).toBeNull();
  });

  test('has the last run with its duration and its lateness', () => {
    const run = runOf('2026-03-10T06:00:00Z', {
      startedAt: new Date('2026-03-10T06:00:02Z'),
      fence: 7n,
      nextDue: at('07:00'),
    });
    expect(stateOf({ lastRun: run }).lastRun).toEqual({
      key: null,
      fence: '7',
      tick: '2026-03-10T06:00:00.000Z',
      trigger: 'tick',
      replica: 'app-1',
      startedAt: '2026-03-10T06:00:02.000Z',
      finishedAt: '2026-03-10T06:00:12.000Z',
      durationMs: 10_000,
      latenessMs: 2_000,
      outcome: 'succeeded',
      error: null,
    });
  });

  test('has a run that died as its last one, before anybody has recorded it', () => {
    const before = runOf('2026-03-10T05:00:00Z', { nextDue: at('06:00') });
    const { lastRun: last, nextDue } = stateOf({
      lastRun: before,
      locks: [{ ...dead, lastTick: at('06:00') }],
    });
    expect(last).toMatchObject({ outcome: 'died', replica: 'app-1', tick: at('06:00').toISOString() });
    expect(last).toMatchObject({ startedAt: at('06:00').toISOString(), finishedAt: null });
    expect(nextDue).toBe(at('07:00').toISOString());
    expect(stateOf({ lastRun, locks: [alive] }).lastRun!.outcome).toBe('succeeded');
  });

  test('is due while it runs at the next tick, however long it has run, or for the first time', () => {
    const first = runningLock({ startedAt: at('06:00'), lockedUntil: at('06:31'), lastTick: at('06:00') });
    expect(stateOf({ locks: [first] }).nextDue).toBe(at('07:00').toISOString());
    const hangs = { ...first, startedAt: at('03:00'), lastTick: at('03:00') };
    expect(stateOf({ ...late, locks: [hangs] }).nextDue).toBe(at('07:00').toISOString());
    const interval = definition({ schedule: 'every 1h', isScheduled: false });
    expect(stateOf({ definition: interval, locks: [hangs] }).nextDue).toBeNull();
  });

  test('is due after the lease of a lock that was taken away from its run', () => {
    const taken = { ...alive, lockedUntil: at('07:20'), isTakenAway: true };
    const lost = { ...lastRun, fence: taken.fence, outcome: 'lost' as const, nextDue: undefined };
    expect(stateOf({ lastRun: lost, locks: [taken] })).toMatchObject({
      state: 'running',
      nextDue: at('08:00').toISOString(),
    });
    const renews = { ...taken, isTakenAway: false };
    expect(stateOf({ lastRun: lost, locks: [renews] }).nextDue).toBe(at('07:00').toISOString());
  });

  test('has nothing of a definition where only code without a decorator names the task', () => {
    expect(stateOf({ definition: undefined })).toMatchObject({
      state: 'idle',
      schedule: null,
      interval: null,
      nextDue: null,
    });
  });
});

describe('a task is overdue', () => {
  test('once it is later than its due time by more than its interval', () => {
    expect(stateOf({ lastRun }, at('08:00')).state).toBe('idle');
    expect(stateOf({ lastRun }, new Date(at('08:00').getTime() + 1))).toMatchObject({
      state: 'overdue',
      nextDue: at('07:00').toISOString(),
      overdueByMs: HOUR + 1,
    });
  });

  test('although a call says when it is due next, which runs no tick', () => {
    const call = runOf(undefined, { startedAt: at('06:20'), trigger: 'operator', nextDue: at('07:00') });
    const lock = lockRecord({ lastTick: at('03:00'), startedAt: at('06:20') });
    expect(stateOf({ lastRun: call, locks: [lock] })).toMatchObject({
      state: 'overdue',
      nextDue: at('07:00').toISOString(),
      overdueByMs: 2.5 * HOUR,
    });
    expect(stateOf({ lastRun: call, locks: [{ ...lock, lastTick: at('06:00') }] }).state).toBe('idle');
    const pauses = [pausedFrom('03:50', '05:30')];
    expect(stateOf({ lastRun: call, locks: [lock], pauses }).state).toBe('idle');
    const never = definition({ firstDeclared: '2026-03-10T04:10:00Z' });
    expect(
      stateOf({ definition: never, lastRun: call, locks: [{ ...lock, lastTick: undefined }] }),
    ).toMatchObject({
      state: 'overdue',
      overdueByMs: 1.5 * HOUR,
    });
  });

  test('but not by a tick that the call was in the way of, nor where no row tells of ticks', () => {
    const lock = lockRecord({ lastTick: at('03:00'), startedAt: at('03:30') });
    const call = runOf(undefined, { startedAt: at('03:30'), finishedAt: at('06:10'), nextDue: at('07:00') });
    expect(stateOf({ lastRun: call, locks: [lock] }).state).toBe('idle');
    expect(stateOf({ lastRun: { ...call, startedAt: at('06:09') } }).state).toBe('idle');
    for (const given of [{ isScheduled: false }, { isKeyed: true }]) {
      const lastRun = { ...call, startedAt: at('06:09') };
      expect(stateOf({ lastRun, locks: [lock], definition: definition(given) }).state).toBe('idle');
    }
  });

  test('of a short interval once it is later by a minute, or by what is set', () => {
    const short = { lastRun, definition: definition({ interval: 1_000 }) };
    expect(stateOf(short, at('07:01')).state).toBe('idle');
    expect(stateOf(short, new Date(at('07:01').getTime() + 1)).state).toBe('overdue');
    expect(stateOf(short, at('07:04'), 5 * MINUTE).state).toBe('idle');
  });

  test('never while it is paused, disabled, conditional, undeclared, or without a schedule', () => {
    expect(stateOf({ ...late, pause }).overdueByMs).toBeNull();
    for (const given of [
      { isDisabled: true },
      { isConditional: true },
      { isDeclared: false },
      { schedule: undefined },
    ]) {
      const { state, overdueByMs } = stateOf({ ...late, definition: definition(given) });
      expect(state).not.toBe('overdue');
      expect(overdueByMs).toBeNull();
    }
  });

  test('although it has never run, from the first tick after its first declaration on', () => {
    const never = { definition: definition({ firstDeclared: '2026-03-10T04:10:00Z' }) };
    expect(stateOf(never, at('06:00'))).toMatchObject({ state: 'idle', nextDue: at('05:00').toISOString() });
    expect(stateOf(never, at('06:01')).state).toBe('overdue');
    const interval = definition({ schedule: 'every 1h', firstDeclared: '2026-03-10T04:10:00Z' });
    expect(stateOf({ definition: interval }, at('06:11')).state).toBe('overdue');
  });

  test('by its new schedule where that was declared after its last run', () => {
    const weekly = definition({
      schedule: '0 0 * * 1',
      interval: 7 * 24 * HOUR,
      firstDeclared: '2026-03-10T05:00:00Z',
    });
    expect(stateOf({ ...late, definition: weekly })).toMatchObject({
      state: 'idle',
      nextDue: '2026-03-16T00:00:00.000Z',
    });
  });

  test('by the first tick after a pause, and not by one that it was paused at', () => {
    const resumed = { ...late, pauses: [pausedFrom('03:50', '06:10')] };
    expect(stateOf(resumed)).toMatchObject({ state: 'idle', nextDue: at('07:00').toISOString() });
    expect(stateOf(resumed, at('08:01')).state).toBe('overdue');
    expect(stateOf({ ...late, pauses: [pausedFrom('03:10', '03:30')] }).state).toBe('overdue');
  });

  test('also by a tick that was lost before a pause began', () => {
    const pauses = [pausedFrom('06:20', '06:21')];
    expect(stateOf({ ...late, pauses })).toMatchObject({
      state: 'overdue',
      nextDue: at('04:00').toISOString(),
      overdueByMs: 2.5 * HOUR,
    });
  });

  test('not by a second tick that another pause covered', () => {
    const pauses = [pausedFrom('03:50', '04:10'), { ...pausedFrom('04:50', '05:10'), name: '*' }];
    expect(stateOf({ ...late, pauses })).toMatchObject({ state: 'idle', nextDue: at('06:00').toISOString() });
    expect(stateOf({ ...late, pauses }, at('07:01')).state).toBe('overdue');
  });

  test('of an interval by the end of a pause that covered its due time', () => {
    const interval = definition({ schedule: 'every 1h', isScheduled: false });
    const run = { definition: interval, lastRun: late.lastRun };
    expect(stateOf({ ...run, pauses: [pausedFrom('03:50', '05:40')] })).toMatchObject({
      state: 'idle',
      nextDue: at('06:40').toISOString(),
    });
    expect(stateOf({ ...run, pauses: [pausedFrom('05:00', '05:40')] }).state).toBe('overdue');
  });

  test('and is due again after its pause, or nobody knows when', () => {
    expect(stateOf({ ...late, pause: { ...pause, until: at('09:30') } }).nextDue).toBe(
      at('10:00').toISOString(),
    );
    // A tick at the very end of a pause runs.
    expect(stateOf({ ...late, pause: { ...pause, until: at('09:00') } }).nextDue).toBe(
      at('09:00').toISOString(),
    );
    expect(stateOf({ lastRun, pause: { ...pause, until: at('06:40') } }).nextDue).toBe(
      at('07:00').toISOString(),
    );
    expect(stateOf({ ...late, pause }).nextDue).toBeNull();
  });
});

describe('the list', () => {
  const listed = (count: number, state: TaskState['state'], prefix = 'task'): TaskState[] =>
    Array.from({ length: count }, (_, index) => ({ ...stateOf(), state, name: `${prefix}-${index + 100}` }));

  test('begins with overdue and then with died tasks, and goes by name', () => {
    const states = [
      ...listed(1, 'idle', 'b'),
      ...listed(1, 'died', 'z'),
      ...listed(1, 'running', 'a'),
      ...listed(1, 'overdue', 'y'),
    ];
    expect(pageOf(states, 1).items.map(({ name }) => name)).toEqual(['y-100', 'z-100', 'a-100', 'b-100']);
  });

  test('has fifty to a page, and the last page in place of one behind it', () => {
    const states = listed(120, 'idle');
    expect(pageOf(states, 2)).toMatchObject({ page: 2, pages: 3, total: 120 });
    expect(pageOf(states, 2).items[0]!.name).toBe('task-150');
    expect(pageOf(states, 9)).toMatchObject({ page: 3 });
    expect(pageOf(states, 9).items).toHaveLength(20);
    expect(pageOf([], 1)).toEqual({ items: [], page: 1, pages: 1, total: 0 });
  });

  test('has only those in the state that is asked for, and counts all', () => {
    const states = [...listed(2, 'idle'), ...listed(3, 'died')];
    expect(pageOf(states, 1, 'idle')).toMatchObject({ pages: 1, total: 2 });
    expect(countsOf(states)).toEqual({ idle: 2, running: 0, paused: 0, overdue: 0, died: 3, undeclared: 0 });
  });
});

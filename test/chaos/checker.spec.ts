import { describe, expect, test } from '@jest/globals';
import { check } from './checker/check.js';
import type { Commit, Evidence } from './evidence.js';
import type { JournalLine } from './journal.js';
import { aTask, evidenceOf, fault, linesOfRun, NOON, SECOND, TICKS } from './hand-made.js';

function offencesOf(evidence: Evidence): string[] {
  return check(evidence).offences.map(({ kind }) => kind);
}

function figures(evidence: Evidence) {
  return check(evidence).tasks[0]!;
}

/** The ticks from one to another, both of them included. */
function ticks(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => (from + index) * SECOND);
}

test('a journal in which every tick ran once is without offence', () => {
  expect(offencesOf(evidenceOf())).toEqual([]);
  expect(figures(evidenceOf())).toMatchObject({ due: TICKS, run: TICKS, missed: 0, outside: TICKS });
});

describe('a tick that ran twice', () => {
  const again = { tick: 4_000, replica: 'b', fence: 11, start: 4_500 };
  const after = ticks(5, TICKS - 1);
  const later = after.map((tick) => ({ tick, fence: 20 + tick / SECOND }));

  test('is found, with the lines of both runs', () => {
    const { offences } = check(evidenceOf({ without: after, runs: [again, ...later] }));
    expect(offences.map(({ kind }) => kind)).toEqual(['run twice']);
    expect(offences[0]!.lines.map(({ replica, event }) => `${event} of ${replica}`)).toEqual([
      'start of a',
      'effect of a',
      'end of a',
      'start of b',
      'effect of b',
      'end of b',
    ]);
  });

  test('is found also where the second run calls itself a recovery of a task that is not recovered', () => {
    const evidence = evidenceOf({ without: after, runs: [{ ...again, recovering: true }, ...later] });
    expect(offencesOf(evidence)).toEqual(['run twice']);
  });

  describe('of a task with recover: true', () => {
    const task = { ...aTask, recover: true };
    const cut = { tick: 4_000, effects: [], end: 'never' as const };
    const recovery = { tick: 4_000, replica: 'b', fence: 11, start: 9_100, recovering: true };
    const without = ticks(4, 8);
    const kill = fault('kill', 4_100);
    const shifted = ticks(9, TICKS - 1);
    const rest = shifted.map((tick) => ({ tick, fence: 20 + tick / SECOND, start: tick + 400 }));
    const base = { task, without: [...without, ...shifted], faults: [kill] };

    test('is a recovery where a fault cut the first run', () => {
      const evidence = evidenceOf({ ...base, runs: [cut, recovery, ...rest] });
      expect(offencesOf(evidence)).toEqual([]);
      expect(figures(evidence)).toMatchObject({ recovered: 1 });
    });

    test('is an offence where the second run does not say that it recovers', () => {
      const runs = [cut, { ...recovery, recovering: false }, ...rest];
      expect(offencesOf(evidenceOf({ ...base, runs }))).toEqual(['run twice']);
    });

    test('is an offence where the first run had ended long before the fault', () => {
      const whole = { tick: 4_000 };
      const faults = [fault('kill', 8_000)];
      const runs = [whole, recovery, ...rest];
      expect(offencesOf(evidenceOf({ ...base, faults, runs }))).toContain('run twice');
    });

    test('is an offence where the tick is recovered a second time', () => {
      const second = { ...recovery, replica: 'c', fence: 12, start: 9_250, effects: [], end: 9_300 };
      const runs = [cut, { ...recovery, effects: [], end: 'never' as const }, second, ...rest];
      const faults = [kill, fault('kill', 9_200, 9_200, 'b')];
      expect(offencesOf(evidenceOf({ ...base, faults, runs }))).toEqual(['run twice']);
    });
  });
});

describe('runs that overlap', () => {
  // The run of the tick at 4 s goes on until 12 s; the next one starts at 10 s.
  const without = ticks(4, 9);
  const faults = [fault('stop', 4_100, 11_000)];
  const early = { tick: 4_000, end: 12_000 };

  test('are an offence where the earlier one goes on after its signal', () => {
    const effects = [4_050, { at: 11_900, turn: 4_020 }];
    const runs = [{ ...early, aborted: 11_500, effects }];
    expect(offencesOf(evidenceOf({ without, faults, runs }))).toEqual(['overlap']);
  });

  test('are an offence where the earlier one goes on through its timers and no signal comes', () => {
    const runs = [{ ...early, effects: [4_050, { at: 11_100, turn: 11_050 }] }];
    const { offences } = check(evidenceOf({ without, faults, runs }));
    expect(offences.map(({ kind }) => kind)).toEqual(['overlap']);
    expect(offences[0]!.lines.map(({ at, event }) => [at - NOON, event])).toEqual([
      [4_010, 'start'],
      [10_010, 'start'],
      [11_100, 'effect'],
      [11_100, 'effect'],
    ]);
  });

  test('are an offence also where nothing had been done to the earlier one', () => {
    const runs = [{ tick: 4_000, end: 6_300, effects: [5_500] }];
    expect(offencesOf(evidenceOf({ runs, without: [4_000] }))).toEqual(['overlap']);
  });

  test('are none where the earlier one wakes up, and acts once before its first timers', () => {
    const effects = [4_050, { at: 11_001, turn: 4_020 }];
    const runs = [{ ...early, aborted: 11_005, end: 11_006, effects }];
    const evidence = evidenceOf({ without, faults, runs });
    expect(offencesOf(evidence)).toEqual([]);
    expect(figures(evidence)).toMatchObject({ excusedOverlaps: 1 });
  });

  test('are none where the earlier one does nothing more, and dies', () => {
    const runs = [{ tick: 4_000, effects: [4_050], end: 'never' as const }];
    const evidence = evidenceOf({ without, runs, faults: [...faults, fault('kill', 12_000)] });
    expect(offencesOf(evidence)).toEqual([]);
  });
});

describe('fences', () => {
  test('that do not grow from run to run are found', () => {
    const runs = [{ tick: 4_000, fence: 3 }];
    expect(offencesOf(evidenceOf({ without: [4_000], runs }))).toContain('fence order');
  });

  test('that come twice are found', () => {
    const runs = [{ tick: 4_000, fence: 4, replica: 'b' }];
    expect(offencesOf(evidenceOf({ without: [4_000], runs }))).toContain('fence order');
  });

  const late = { tick: 4_000, start: 11_002, end: 11_004, effects: [], aborted: 11_003 };

  test('may be late in the journal of a replica that was stopped before its first line', () => {
    const runs = [{ ...late, startTurn: 3_980 }];
    const evidence = evidenceOf({ without: ticks(4, 9), runs, faults: [fault('stop', 4_005, 11_000)] });
    expect(offencesOf(evidence)).toEqual([]);
  });

  test('must not be late where the process had been through its timers since', () => {
    const runs = [{ ...late, startTurn: 11_001 }];
    const evidence = evidenceOf({ without: ticks(4, 9), runs, faults: [fault('stop', 4_005, 11_000)] });
    expect(offencesOf(evidence)).toContain('fence order');
  });
});

describe('stale commits', () => {
  const row = (what: Commit['what'], fence: number, committedAt: number, claimedAt: number): Commit => ({
    what,
    task: aTask.name,
    replica: `replica of ${fence}`,
    tick: NOON,
    fence: BigInt(fence),
    committedAt: NOON + committedAt,
    claimedAt: NOON + claimedAt,
  });
  const begun = [row('begun', 1, 10, 5), row('begun', 2, 6_010, 6_005)];

  test('are those of a run after a later one has begun', () => {
    const commits = [...begun, row('effect', 2, 6_100, 6_005), row('effect', 1, 6_050, 5)];
    const { offences } = check(evidenceOf({ commits }));
    expect(offences.map(({ kind }) => kind)).toEqual(['stale commit']);
    expect(offences[0]!.what).toContain('fence 1 of replica of 1 committed at 12:00:06.050');
  });

  test('are also those between the claim of a later run and its first row', () => {
    const commits = [...begun, row('effect', 1, 6_008, 5)];
    expect(offencesOf(evidenceOf({ commits }))).toEqual(['stale commit']);
  });

  test('are not those that were committed before the next claim was won', () => {
    const commits = [...begun, row('effect', 1, 6_005.4, 5), row('effect', 2, 6_100, 6_005)];
    expect(offencesOf(evidenceOf({ commits }))).toEqual([]);
  });

  test('are not those of other tasks', () => {
    const commits = [...begun, { ...row('effect', 1, 6_050, 5), task: 'another' }];
    expect(offencesOf(evidenceOf({ commits }))).toEqual([]);
  });
});

test('a transaction that ended well and left nothing behind is found', () => {
  const task = { ...aTask, body: { kind: 'transaction' as const, takes: 200 } };
  const effects = ticks(0, TICKS - 1).map((tick): Commit => {
    const at = NOON + tick;
    const fence = BigInt(tick / SECOND + 1);
    const times = { tick: at, claimedAt: at + 5, committedAt: at + 100 };
    return { what: 'effect', task: task.name, replica: 'a', fence, ...times };
  });
  expect(offencesOf(evidenceOf({ task, commits: effects }))).toEqual([]);
  expect(offencesOf(evidenceOf({ task, commits: effects.slice(1) }))).toEqual(['lost commit']);
});

describe('a tick that nobody ran', () => {
  test('is an offence where nothing had been done', () => {
    expect(offencesOf(evidenceOf({ without: [4_000] }))).toEqual(['missed']);
  });

  test('is excused until a lease and an interval after the database was up again', () => {
    const faults = [{ ...fault('restart', 3_900, 5_000), replica: undefined }];
    const excused = evidenceOf({ without: ticks(4, 11), faults });
    expect(offencesOf(excused)).toEqual([]);
    // The window has room for a claim before the fault: the tick at 3 s lies in it, too.
    expect(figures(excused)).toMatchObject({ excused: 8, missed: 0, outside: TICKS - 9 });
    expect(offencesOf(evidenceOf({ without: ticks(4, 12), faults }))).toEqual(['missed']);
  });

  test('is excused by the fault of a replica that ran the task', () => {
    const runs = [{ tick: 4_000, effects: [], end: 'never' as const }];
    const faults = [fault('kill', 4_100)];
    expect(offencesOf(evidenceOf({ without: ticks(4, 9), runs, faults }))).toEqual([]);
    expect(offencesOf(evidenceOf({ without: ticks(4, 11), runs, faults }))).toEqual(['missed']);
  });

  test('is excused by the fault of a replica whose claim may have died with it', () => {
    const faults = [fault('kill', 4_002, 4_010, 'b')];
    expect(offencesOf(evidenceOf({ without: ticks(4, 9), faults }))).toEqual([]);
  });

  test('is excused by the fault of a replica whose claim may have died right after the run before', () => {
    const runs = [{ tick: 3_000, effects: [], end: 4_265 }];
    const faults = [fault('kill', 4_282, 4_290, 'b')];
    expect(offencesOf(evidenceOf({ without: ticks(3, 9), runs, faults }))).toEqual([]);
  });

  test('is excused where the claim that died is seen by its recovery alone', () => {
    const task = { ...aTask, recover: true };
    const runs = [{ tick: 4_000, replica: 'c', fence: 19, start: 9_200, recovering: true }];
    const faults = [fault('stop', 4_020, 11_000, 'b')];
    const later = ticks(10, TICKS - 1);
    const rest = later.map((tick) => ({ tick, fence: 20 + tick / SECOND }));
    const evidence = evidenceOf({
      task,
      without: [...ticks(4, 9), ...later],
      runs: [...runs, ...rest],
      faults,
    });
    expect(offencesOf(evidence)).toEqual([]);
  });

  test('is not excused by the fault of another replica in the middle of a run', () => {
    const runs = [{ tick: 3_000, effects: [], end: 4_265 }];
    const faults = [fault('kill', 4_200, 4_210, 'b')];
    expect(offencesOf(evidenceOf({ without: ticks(3, 5), runs, faults }))).toEqual(['missed']);
  });

  test('is not excused by the fault of a replica that had nothing to do with the task', () => {
    const faults = [fault('kill', 2_600, 2_600, 'b')];
    expect(offencesOf(evidenceOf({ without: [4_000], faults }))).toEqual(['missed']);
  });

  test('is not excused by a stop for longer than the lease, however long it lasts', () => {
    const runs = [{ tick: 4_000, end: 15_000, aborted: 14_990, effects: [] }];
    const faults = [fault('stop', 4_100, 14_980)];
    expect(offencesOf(evidenceOf({ without: ticks(4, 11), runs, faults }))).toEqual(['missed']);
  });

  test('is no offence where it fell into a run in progress', () => {
    const runs = [{ tick: 4_000, effects: [6_900], end: 6_900 }];
    const evidence = evidenceOf({ without: ticks(4, 6), runs });
    expect(offencesOf(evidence)).toEqual([]);
    expect(figures(evidence)).toMatchObject({ duringRun: 2 });
  });

  test('is an offence where the run in progress had lost its lock', () => {
    const runs = [{ tick: 4_000, effects: [], aborted: 4_100, end: 8_900 }];
    expect(offencesOf(evidenceOf({ without: ticks(4, 6), runs }))).toEqual(['missed', 'missed']);
  });
});

describe('the ticks of an @Interval', () => {
  const task = { ...aTask, schedule: 'interval' as const };

  test('may lie anywhere, an interval apart', () => {
    const runs = ticks(4, TICKS - 1).map((tick) => ({ tick: tick + 350, fence: 100 + tick }));
    expect(offencesOf(evidenceOf({ task, without: ticks(4, TICKS - 1), runs }))).toEqual([]);
  });

  test('are too early where two runs start less than 0.9 intervals apart', () => {
    const runs = [{ tick: 5_000, start: 4_850, fence: 6 }];
    expect(offencesOf(evidenceOf({ task, without: [5_000], runs }))).toContain('too early');
  });

  test('are too early where the row says that they lie closer than an interval', () => {
    const runs = [{ tick: 4_960, start: 4_970, fence: 6 }];
    expect(offencesOf(evidenceOf({ task, without: [5_000], runs }))).toContain('too early');
  });

  test('may follow soon after a run that was late', () => {
    const runs = [{ tick: 4_000, start: 4_700, fence: 5, end: 4_710, effects: [] }];
    expect(offencesOf(evidenceOf({ task, without: [4_000], runs }))).toEqual([]);
  });

  test('are missed where there was room for another run', () => {
    expect(offencesOf(evidenceOf({ task, without: ticks(4, 5) }))).toEqual(['missed', 'missed']);
  });
});

test('a tick that ran before it was due is found', () => {
  const runs = [{ tick: 4_000, start: 3_800 }];
  expect(offencesOf(evidenceOf({ without: [4_000], runs }))).toEqual(['too early']);
});

test('a run for an instant that is not due is found', () => {
  const runs = [{ tick: 4_500, fence: 5 }];
  expect(offencesOf(evidenceOf({ without: [4_000], runs }))).toContain('off schedule');
});

test('a task that never ran is found', () => {
  const evidence = evidenceOf({ without: ticks(0, TICKS - 1) });
  expect(offencesOf(evidence)).toContain('too few ticks');
});

test('a replica that ended by itself is found', () => {
  const troubles = [{ replica: 'a', at: NOON, what: 'ended by itself' }];
  expect(offencesOf({ ...evidenceOf(), troubles })).toEqual(['trouble']);
});

test('faults whose windows leave less than half of the ticks prove too little', () => {
  const restarts = [0, 7, 14].map((at) => ({ ...fault('restart', at * SECOND + 100), replica: undefined }));
  expect(offencesOf(evidenceOf({ faults: restarts.slice(0, 2) }))).toEqual([]);
  expect(offencesOf(evidenceOf({ faults: restarts }))).toEqual(['too few ticks']);
});

describe('a machine that is too busy', () => {
  const late = (replica: string, at: number, by = 600): JournalLine => ({
    ...{ replica, at: NOON + at, turn: NOON + at - by },
    ...{ event: 'late', by },
  });
  const replicas = ['a', 'b', 'c', 'd'];
  const missing = evidenceOf({ without: [4_000, 5_000] });

  test('excuses that a tick is missed, and shows that it does', () => {
    const lines = [...missing.lines, ...replicas.map((replica, index) => late(replica, 4_100 + index * 500))];
    const { offences, overloads, tasks } = check({ ...missing, lines });
    expect(offences).toEqual([]);
    expect(overloads.length).toBeGreaterThan(0);
    expect(tasks[0]).toMatchObject({ overloaded: 2, excused: 0, missed: 0, outside: TICKS });
  });

  test('does not make faults come too thick', () => {
    const restarts = [0, 7, 14].map((at) => ({ ...fault('restart', at * SECOND + 100), replica: undefined }));
    const well = evidenceOf({ faults: restarts });
    const busy = ticks(0, 20).flatMap((at) => replicas.map((replica) => late(replica, at)));
    expect(offencesOf(well)).toEqual(['too few ticks']);
    expect(offencesOf({ ...well, lines: [...well.lines, ...busy] })).toEqual([]);
  });

  test('is none where only some of the replicas had to wait', () => {
    const lines = [...missing.lines, ...replicas.slice(1).map((replica) => late(replica, 4_100))];
    expect(offencesOf({ ...missing, lines })).toEqual(['missed', 'missed']);
  });

  test('is none where replicas were late because they had been stopped', () => {
    const lines = [...missing.lines, ...replicas.map((replica) => late(replica, 24_100, 7_000))];
    const faults = replicas.map((replica) => fault('stop', 17_100, 24_090, replica));
    expect(check({ ...missing, lines, faults }).overloads).toEqual([]);
  });
});

test('a line of a run that no replica began is refused', () => {
  const lines = linesOfRun({ tick: 0 }).slice(1);
  expect(() => check({ ...evidenceOf(), lines })).toThrow('that it did not begin');
});

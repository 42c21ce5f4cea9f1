import { describe, expect, test } from '@jest/globals';
import type { TickFate } from '../../src/operate/operator-types.js';
import type { JournalEvent, JournalLine } from './journal.js';
import type { LedgerTick } from './pause.js';
import type { DemoTask } from './tasks.js';
import { judge } from './verdict.js';
import type { LedgeredPause, TaskVerdict } from './verdict.js';

const QUICK: DemoTask = { name: 'quick', kind: '', due: { by: 'cron', every: 1_000 } };
const LONG: DemoTask = { name: 'long', kind: '', due: { by: 'cron', every: 2_000 } };
const REFRESH: DemoTask = { name: 'refresh', kind: '', due: { by: 'interval', every: 2_000 } };
const ANNOUNCED: DemoTask = { name: 'announced', kind: '', due: { by: 'announcement', every: 5_000 } };

/** The journals of replicas a and b, up from 0.5 s to 10.5 s after `T`. */
const T = Date.UTC(2026, 0, 1);
const FROM = 500;
const TO = 10_500;

class Journals {
  readonly lines: JournalLine[] = [];
  readonly kills = new Map<string, number>();
  readonly announced: number[] = [];
  readonly pauses: LedgeredPause[] = [];
  private runs = 0;

  constructor(readonly tasks: readonly DemoTask[]) {
    this.write('a', FROM, { event: 'up' });
    this.write('b', FROM, { event: 'up' });
  }

  /** A run that starts `late` after its tick and takes `takes`; one without `takes` never ends. */
  run(
    replica: string,
    task: DemoTask,
    tick: number,
    { takes = 40, late = 5 }: { takes?: number | 'for ever'; late?: number } = {},
  ): this {
    const run = String(this.runs++);
    this.write(replica, tick + late, { event: 'start', task: task.name, run, tick: T + tick });
    if (takes !== 'for ever')
      this.write(replica, tick + late + takes, { event: 'end', task: task.name, run });
    return this;
  }

  /** A run at each of the ticks, on both replicas in turn. */
  runAll(task: DemoTask, ticks: readonly number[], takes = 40): this {
    ticks.forEach((tick, index) => this.run(index % 2 === 0 ? 'a' : 'b', task, tick, { takes }));
    return this;
  }

  kill(replica: string, at: number): this {
    this.kills.set(replica, T + at);
    return this;
  }

  announce(at: number): this {
    this.announced.push(T + at);
    return this;
  }

  /** A pause from 3.3 s to 7.2 s; the ledger says of the ticks what it is given. */
  pause(ledger: [tick: number, state: TickFate, by?: string, reason?: string][]): this {
    const answers = { asked: T + 3_300, paused: T + 3_400, resuming: T + 7_100, resumed: T + 7_200 };
    const ticks = ledger.map(([tick, state, by = 'anna', reason = 'a look']): LedgerTick => {
      const pause = { name: 'quick', by, reason, since: '', until: null };
      return { tick: new Date(T + tick).toISOString(), state, paused: state === 'paused' ? pause : null };
    });
    this.pauses.push({ task: 'quick', by: 'anna', reason: 'a look', ...answers, ledger: ticks });
    return this;
  }

  verdict(): { problems: string[]; pauses: unknown[]; of: (task: DemoTask) => Omit<TaskVerdict, 'task'> } {
    for (const replica of ['a', 'b'])
      if (!this.kills.has(replica)) this.write(replica, TO, { event: 'stopping' });
    const { tasks, lines, kills, announced, pauses: asked } = this;
    const found = judge({ tasks, lines, kills, announced, lease: 5_000, pauses: asked });
    const { tasks: verdicts, pauses, problems } = found;
    return {
      problems,
      pauses: pauses.map(({ pause, ticks }) => [pause.task, ticks.map((at) => at - T)]),
      of: (wanted) => {
        const { task, ...counts } = verdicts.find(({ task }) => task === wanted)!;
        expect(task).toBe(wanted);
        return counts;
      },
    };
  }

  private write(replica: string, at: number, event: JournalEvent): void {
    this.lines.push({ replica, at: T + at, ...event });
  }
}

const seconds = (from: number, to: number, step = 1): number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => (from + index * step) * 1_000);

const none = { due: 0, once: 0, twice: 0, duringRun: 0, duringLease: 0, paused: 0, missed: 0 };

describe('the verdict on a @Cron task', () => {
  test('each tick once is no problem', () => {
    const verdict = new Journals([QUICK]).runAll(QUICK, seconds(1, 10)).verdict();
    expect(verdict.problems).toEqual([]);
    expect(verdict.of(QUICK)).toEqual({ ...none, due: 10, once: 10 });
  });

  test('sees a tick that ran twice, and says where', () => {
    const journals = new Journals([QUICK]).runAll(QUICK, seconds(1, 10)).run('a', QUICK, 4_000, { late: 60 });
    const verdict = journals.verdict();
    expect(verdict.of(QUICK)).toEqual({ ...none, due: 10, once: 9, twice: 1 });
    expect(verdict.problems).toEqual([expect.stringMatching(/quick .*04\.000 ran twice: b at .*, a at /)]);
  });

  test('sees a double run also before the first and after the last tick that it expects', () => {
    const journals = new Journals([QUICK]).runAll(QUICK, [0, 0, ...seconds(1, 10), 11_000, 11_000]);
    expect(journals.verdict().of(QUICK)).toEqual({ ...none, due: 12, once: 10, twice: 2 });
  });

  test('sees a missed tick', () => {
    const journals = new Journals([QUICK]).runAll(QUICK, [...seconds(1, 6), ...seconds(8, 10)]);
    const verdict = journals.verdict();
    expect(verdict.of(QUICK)).toEqual({ ...none, due: 10, once: 9, missed: 1 });
    expect(verdict.problems).toEqual([expect.stringMatching(/quick .*07\.000 was missed/)]);
  });

  test('sees that the first or the last tick is missing', () => {
    expect(new Journals([QUICK]).runAll(QUICK, seconds(2, 10)).verdict().of(QUICK).missed).toBe(1);
    expect(new Journals([QUICK]).runAll(QUICK, seconds(1, 9)).verdict().of(QUICK).missed).toBe(1);
  });

  test('sees a kind of task that never ran', () => {
    const verdict = new Journals([QUICK, REFRESH]).runAll(QUICK, seconds(1, 10)).verdict();
    expect(verdict.problems).toContain('refresh never ran');
    expect(verdict.of(REFRESH).missed).toBe(4);
  });

  test('a tick in the time of a run is not missed', () => {
    const verdict = new Journals([LONG]).runAll(LONG, [2_000, 6_000, 10_000], 3_000).verdict();
    expect(verdict.problems).toEqual([]);
    expect(verdict.of(LONG)).toEqual({ ...none, due: 5, once: 3, duringRun: 2 });
  });

  test('a tick after the end of a run is missed', () => {
    const verdict = new Journals([LONG]).runAll(LONG, [2_000, 6_000, 10_000], 1_000).verdict();
    expect(verdict.of(LONG)).toEqual({ ...none, due: 5, once: 3, missed: 2 });
  });

  test('sees two ticks that ran at the same time', () => {
    const verdict = new Journals([LONG]).runAll(LONG, seconds(2, 10, 2), 3_000).verdict();
    expect(verdict.problems).toHaveLength(4);
    expect(verdict.problems[0]).toMatch(/long ran two ticks at the same time: a at .*, b at /);
  });

  test('sees a run for an instant that is not on the schedule', () => {
    const journals = new Journals([QUICK]).runAll(QUICK, seconds(1, 10)).run('a', QUICK, 4_300);
    expect(journals.verdict().problems).toEqual([expect.stringMatching(/not on its schedule: a at /)]);
  });

  test('sees a run that did not end', () => {
    const journals = new Journals([QUICK]).runAll(QUICK, seconds(1, 9));
    journals.run('a', QUICK, 10_000, { takes: 'for ever' });
    expect(journals.verdict().problems).toEqual([expect.stringMatching(/without an end/)]);
  });
});

describe('the verdict on a killed run', () => {
  const killed = (): Journals =>
    new Journals([LONG]).run('b', LONG, 2_000, { takes: 'for ever' }).kill('b', 3_500);

  test('what is missed within its lease is no problem', () => {
    const verdict = killed().runAll(LONG, [8_000, 10_000], 1_000).verdict();
    expect(verdict.problems).toEqual([]);
    expect(verdict.of(LONG)).toEqual({ ...none, due: 5, once: 3, duringLease: 2 });
  });

  test('what is missed after its lease is one', () => {
    const verdict = killed().run('a', LONG, 10_000).verdict();
    expect(verdict.of(LONG)).toEqual({ ...none, due: 5, once: 2, duringLease: 2, missed: 1 });
    expect(verdict.problems).toEqual([expect.stringMatching(/08\.000 was missed/)]);
  });

  test('its lease excuses no other task', () => {
    const journals = new Journals([QUICK, LONG]).runAll(QUICK, [...seconds(1, 3), ...seconds(5, 10)]);
    journals.run('b', LONG, 2_000, { takes: 'for ever' }).kill('b', 3_500).runAll(LONG, [8_000, 10_000]);
    expect(journals.verdict().of(QUICK).missed).toBe(1);
  });

  test('a kill that met no run shows nothing', () => {
    const verdict = new Journals([QUICK]).runAll(QUICK, seconds(1, 10)).kill('b', 4_500).verdict();
    expect(verdict.problems).toEqual(['the kill of b met no run']);
  });

  test('a replica that ended by itself is a problem', () => {
    const journals = new Journals([QUICK]).runAll(QUICK, seconds(1, 10));
    const lines = [...journals.lines, { replica: 'a', at: T + TO, event: 'stopping' as const }];
    const { problems } = judge({ ...journals, lines, lease: 5_000 });
    expect(problems).toEqual(['b ended without being told to']);
  });
});

describe('the verdict on an @Interval task', () => {
  test('one run an interval is once each, also where they are a little early or late', () => {
    const verdict = new Journals([REFRESH]).runAll(REFRESH, [600, 2_500, 4_700, 6_400, 8_900]).verdict();
    expect(verdict.problems).toEqual([]);
    expect(verdict.of(REFRESH)).toEqual({ ...none, due: 5, once: 5 });
  });

  test('sees a run that came too soon after the last one', () => {
    const journals = new Journals([REFRESH]).runAll(REFRESH, [600, 2_600, 3_100, 4_600, 6_600, 8_600]);
    const verdict = journals.verdict();
    expect(verdict.of(REFRESH)).toEqual({ ...none, due: 5, once: 4, twice: 1 });
    expect(verdict.problems).toEqual([expect.stringMatching(/refresh .* ran twice/)]);
  });

  test('sees an interval in which nothing ran, also at the end', () => {
    const between = new Journals([REFRESH]).runAll(REFRESH, [600, 2_600, 6_700, 8_700]);
    expect(between.verdict().of(REFRESH)).toEqual({ ...none, due: 5, once: 4, missed: 1 });
    const atTheEnd = new Journals([REFRESH]).runAll(REFRESH, [600, 2_600, 4_600]);
    expect(atTheEnd.verdict().of(REFRESH)).toEqual({ ...none, due: 4, once: 3, missed: 1 });
  });

  test('counts what is missed within the lease of a killed run apart', () => {
    const journals = new Journals([REFRESH]).run('b', REFRESH, 600, { takes: 'for ever' }).kill('b', 700);
    const verdict = journals.runAll(REFRESH, [5_700, 7_700]).verdict();
    expect(verdict.problems).toEqual([]);
    expect(verdict.of(REFRESH)).toEqual({ ...none, due: 4, once: 3, duringLease: 1 });
  });
});

describe('the verdict on announced instants', () => {
  test('each is due once, and no other', () => {
    const journals = new Journals([ANNOUNCED]).announce(1_250).announce(6_250);
    const verdict = journals.run('a', ANNOUNCED, 1_250).run('b', ANNOUNCED, 6_250).verdict();
    expect(verdict.problems).toEqual([]);
    expect(verdict.of(ANNOUNCED)).toEqual({ ...none, due: 2, once: 2 });
  });

  test('sees one that ran twice and one that was missed', () => {
    const journals = new Journals([ANNOUNCED]).announce(1_250).announce(6_250);
    const verdict = journals.run('a', ANNOUNCED, 1_250).run('b', ANNOUNCED, 1_250).verdict();
    expect(verdict.of(ANNOUNCED)).toEqual({ ...none, due: 2, twice: 1, missed: 1 });
    expect(verdict.problems).toHaveLength(2);
  });
});

describe('the verdict on a pause', () => {
  const PAUSED = seconds(4, 7);
  const around = [...seconds(1, 3), ...seconds(8, 10)];
  const saysPaused = PAUSED.map((tick): [number, TickFate] => [tick, 'paused']);

  test('what the ledger calls paused is not missed', () => {
    const verdict = new Journals([QUICK]).runAll(QUICK, around).pause(saysPaused).verdict();
    expect(verdict.problems).toEqual([]);
    expect(verdict.of(QUICK)).toEqual({ ...none, due: 10, once: 6, paused: 4 });
    expect(verdict.pauses).toEqual([['quick', PAUSED]]);
  });

  test('what the ledger does not call paused is missed', () => {
    const journals = new Journals([QUICK]).runAll(QUICK, around);
    const verdict = journals.pause([...saysPaused.slice(1), [4_000, 'missed']]).verdict();
    expect(verdict.problems).toEqual([expect.stringMatching(/quick .*04\.000 was missed/)]);
  });

  test.each<[string, [number, TickFate, string?, string?]]>([
    ['somebody else', [4_000, 'paused', 'ben']],
    ['another reason', [4_000, 'paused', 'anna', 'a whim']],
  ])('the pause of %s excuses nothing', (_, said) => {
    const journals = new Journals([QUICK]).runAll(QUICK, around);
    const verdict = journals.pause([...saysPaused.slice(1), said]).verdict();
    expect(verdict.of(QUICK)).toEqual({ ...none, due: 10, once: 6, paused: 3, missed: 1 });
  });

  test('the ledger cannot excuse what lies outside of the pause that was asked for', () => {
    const journals = new Journals([QUICK]).runAll(QUICK, [...seconds(1, 2), ...seconds(9, 10)]);
    const verdict = journals.pause([[3_000, 'paused'], ...saysPaused, [8_000, 'paused']]).verdict();
    expect(verdict.of(QUICK)).toEqual({ ...none, due: 10, once: 4, paused: 4, missed: 2 });
  });

  test('it excuses no other task', () => {
    const journals = new Journals([QUICK, LONG])
      .runAll(QUICK, around)
      .runAll(LONG, [2_000, 6_000, 8_000, 10_000]);
    expect(journals.pause(saysPaused).verdict().of(LONG).missed).toBe(1);
  });

  test('sees a run while the task was paused', () => {
    const journals = new Journals([QUICK]).runAll(QUICK, [...around, 5_000]);
    const verdict = journals.pause(saysPaused.filter(([tick]) => tick !== 5_000)).verdict();
    expect(verdict.problems).toEqual([expect.stringMatching(/quick ran while it was paused: . at /)]);
  });

  test('a run while the pause or the resume was under way is none', () => {
    const journals = new Journals([QUICK]).runAll(QUICK, around).run('a', QUICK, 7_000, { late: 150 });
    const verdict = journals.pause(saysPaused.slice(0, -1)).verdict();
    expect(verdict.problems).toEqual([]);
  });

  test('sees that the ledger calls a tick paused that ran', () => {
    const journals = new Journals([QUICK]).runAll(QUICK, [...around, 4_000]).pause(saysPaused);
    expect(journals.verdict().problems).toContainEqual(
      expect.stringMatching(/quick .*04\.000 was paused, says the ledger: . at /),
    );
  });

  test('a pause without a paused tick shows nothing', () => {
    const verdict = new Journals([QUICK]).runAll(QUICK, seconds(1, 10)).pause([]).verdict();
    expect(verdict.problems).toContain('the ledger says of no tick of quick that anna had paused it');
  });
});

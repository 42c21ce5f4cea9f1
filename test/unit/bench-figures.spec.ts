import { describe, expect, it } from '@jest/globals';
import { Effort } from '../../bench/effort.js';
import { largestCarried } from '../../bench/largest-carried.js';
import { leads } from '../../bench/measurements/peers/lead.js';
import { REASONS, reasonOf, unmeasured } from '../../bench/reasons.js';
import type { WeekSample } from '../../bench/measurements/week-sampler.js';
import { inRounds, Rounds } from '../../bench/samples.js';
import { forAnother } from '../../bench/support/for-another.js';
import { millisecondsIn } from '../../bench/support/server-cpu.js';
import { verdictsOf } from '../../bench/week-verdict.js';

/** Measures that answer what they are told to, and write down when each was asked. */
function sidesThatAnswer(answers: Record<'a' | 'b', (nth: number) => number>) {
  const asked: string[] = [];
  const counts = { a: 0, b: 0 };
  const side = (name: 'a' | 'b') => async () => {
    asked.push(name);
    return answers[name](counts[name]++);
  };
  return { asked, sides: { a: side('a'), b: side('b') } };
}

const noisy = (nth: number): number => 1 + (nth % 4);

describe('the rounds of a measurement', () => {
  it('asks the sides forwards and backwards in turns', async () => {
    const { asked, sides } = sidesThatAnswer({ a: noisy, b: () => 1 });
    await inRounds(2, sides, 0);
    expect(asked).toEqual(['a', 'b', 'b', 'a']);
  });

  it('does not count the rounds for warming up', async () => {
    const { sides } = sidesThatAnswer({ a: (nth) => (nth < 3 ? 1_000 : noisy(nth)), b: () => 1 });
    const { rounds } = await inRounds(8, sides, 3);
    expect(rounds).toHaveLength(8);
    expect(Math.max(...rounds.map(({ a }) => a))).toBe(4);
  });

  it('ends early once the ratios hardly vary', async () => {
    const settled = sidesThatAnswer({ a: () => 2, b: () => 1 });
    expect((await inRounds(40, settled.sides, 0)).rounds).toHaveLength(12);
    const unsettled = sidesThatAnswer({ a: noisy, b: () => 1 });
    expect((await inRounds(40, unsettled.sides, 0)).rounds).toHaveLength(40);
  });

  it('takes the median of the ratios of neighbours, not the ratio of the medians', () => {
    const rounds = new Rounds([
      { a: 2, b: 1 },
      { a: 30, b: 10 },
      { a: 4, b: 4 },
    ]);
    expect(rounds.compare('a', 'b')).toMatchObject({ ratio: 2, medians: [4, 4] });
  });
});

describe('the effort of a run', () => {
  it('takes a third of the turns, and no context, where the run is quick', () => {
    expect([
      new Effort('whole').turns(60),
      new Effort('quick').turns(60),
      new Effort('smoke').turns(60),
    ]).toEqual([60, 20, 2]);
    expect([new Effort('whole').takesContext, new Effort('quick').takesContext]).toEqual([true, false]);
  });
});

describe('the search for the largest load that is carried', () => {
  const search = async (limit: number, guess: number, most = 10_000) => {
    const asked: number[] = [];
    const found = await largestCarried(guess, most, async (load) => {
      asked.push(load);
      return load <= limit;
    });
    return { found, asked };
  };

  it.each([
    [700, 100],
    [700, 5_000],
    [3, 1_000],
    [1, 1],
  ])('finds %i from a guess of %i, to a tenth', async (limit, guess) => {
    const { found, asked } = await search(limit, guess);
    expect(found).toBeLessThanOrEqual(limit);
    expect(found).toBeGreaterThanOrEqual(Math.floor(limit / 1.1) - 1);
    expect(found).toBeGreaterThan(0);
    expect(asked.length).toBeLessThan(16);
  });

  it('answers the bound where that is carried, and asks for no more', async () => {
    const { found, asked } = await search(1_000_000, 400, 1_000);
    expect(found).toBe(1_000);
    expect(Math.max(...asked)).toBe(1_000);
  });

  it('answers nothing where not even one is carried', async () => {
    expect((await search(0, 4)).found).toBe(0);
  });
});

describe('the reasons of missed goals', () => {
  const [what, { why, shownBy }] = [...REASONS].find(([, reason]) => reason.shownBy.length > 1)!;
  const row = (name: string, figure: number) => ({ what: name, figure, context: '' });

  it('say the figures of the rows that show them', () => {
    const findings = [row(what, 9), row(shownBy[0]!, 0.71), row('another', 3)];
    const text = reasonOf(findings[0]!, findings, ({ figure }) => String(figure));
    expect(text).toBe(`${why} Measured: ${shownBy[0]}: 0.71.`);
  });

  it('admit that there is none', () => {
    expect(reasonOf(row('another', 3), [], String)).toBe('no reason is known yet.');
  });

  it('are there for each goal beside the peers', () => {
    const lock = { name: 'another', version: '1', durable: true, afterCrash: 'nothing' };
    const settings = [2, 8].flatMap((replicas) => [0, 500].map((skew) => ({ replicas, skew })));
    const goals = leads(
      settings.map((setting) => ({ lock, ...setting, ours: [2], theirs: [1], perTick: [2] })),
    ).flatMap((found) => (found.of === 'goal' ? [found] : []));
    expect(goals).toHaveLength(settings.length);
    for (const goal of goals) expect(reasonOf(goal, goals, String)).not.toContain('no reason is known');
  });

  it('tell which of the rows that they name was not measured', () => {
    const all = [...REASONS]
      .flatMap(([name, reason]) => [name, ...reason.shownBy])
      .map((name) => row(name, 1));
    expect(unmeasured(all)).toEqual([]);
    expect(unmeasured(all.filter((each) => each.what !== shownBy[1]))).toEqual([shownBy[1]]);
  });
});

describe('a statement that is sent again for another claim', () => {
  const token = '0b7e1f70-0000-4000-8000-000000000001';
  const tick = { was: new Date(60_000), is: new Date(120_000) };

  it('carries the other token, and the other tick in whatever form it had', () => {
    const sent = {
      name: 'claim',
      text: 'SELECT',
      values: [
        'a name',
        '0b7e1f70-0000-4000-8000-000000000000',
        tick.was.toISOString(),
        60_000,
        '60000',
        null,
      ],
    };
    expect(forAnother(sent, token, tick).values).toEqual([
      'a name',
      token,
      tick.is.toISOString(),
      120_000,
      120_000,
      null,
    ]);
  });

  it('is otherwise as it was', () => {
    const sent = { name: 'claim', text: 'SELECT', values: ['a name', '60000', null] };
    expect(forAnother(sent, token)).toEqual(sent);
  });
});

describe('the CPU of a process', () => {
  it('is the first figure of schedstat, in nanoseconds', () => {
    expect(millisecondsIn('12500000 109887 2\n')).toBe(12.5);
  });
});

describe('the verdict on a week', () => {
  const statement = { calls: 1, milliseconds: 1, pages: 1 };

  /** Of each hour: how large the only table was, in bytes. */
  function weekOf(bytesAt: (hour: number) => number): WeekSample[] {
    return Array.from({ length: 168 }, (_, hour) => ({
      hour,
      relations: [
        {
          name: 'task_lock',
          isIndex: false,
          bytes: bytesAt(hour),
          live: 1,
          dead: 1,
          autovacuums: hour,
          free: 0,
        },
      ],
      history: { rows: 1, most: 1, mostOfKeyed: 1 },
      statements: { claim: statement, release: statement, prune: statement },
      cpu: 1,
      wal: 1,
      runs: 1,
    }));
  }
  const growing = (samples: WeekSample[]): string[] =>
    verdictsOf(samples).flatMap(({ what, isBounded }) => (isBounded ? [] : [what]));

  it('is that what gets larger hour by hour grows', () => {
    expect(growing(weekOf((hour) => 1e6 + hour * 1e5))).toEqual(['table `task_lock`']);
  });

  it('lets a size swing, jump while the long transaction is open, and differ by less than a page', () => {
    expect(growing(weekOf((hour) => 1e6 + (hour % 2) * 1e5))).toEqual([]);
    expect(growing(weekOf((hour) => (hour < 75 ? 1e6 : 1e7)))).toEqual([]);
    expect(growing(weekOf((hour) => 4_000 + hour * 60))).toEqual([]);
  });
});

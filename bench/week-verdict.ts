import { mean } from 'simple-statistics';
import { growthOf } from './bounded.js';
import { HELD } from './measurements/week.js';
import type { WeekSample } from './measurements/week-sampler.js';

/** One thing that must not grow, in the last three quarters of the time. */
export interface Verdict {
  what: string;
  unit: 'KiB' | 'rows' | 'pages' | 'ms';
  /** The mean before the long transaction, its greatest value while that is open, and the mean of the last third. */
  before: number;
  most: number;
  after: number;
  /** The growth of each of the two parts, by the line through its samples, as a share of its mean. */
  growth: { before: number; after: number };
  isBounded: boolean;
}

/** What swings by a fifth of its mean does so without growing: a prune comes once an hour. */
export const MOST_GROWTH = 0.2;
/** KiB; a table or an index that varies by less than a page has not grown. */
const PAGE = 8;
/** After the long transaction, for its dead rows to be removed. */
const SETTLED = 0.04;

/** Dead rows are few after a visit of autovacuum, and many before it. Times are those of a machine that others share. */
const LIMITS: Readonly<Record<string, number>> = { 'dead rows': 1, ms: Infinity };

type Series = Pick<Verdict, 'what' | 'unit'> & { of: (sample: WeekSample) => number };

/** Compares the parts of the last three quarters: from the first quarter to the long transaction, and after it. */
export function verdictsOf(samples: readonly WeekSample[]): Verdict[] {
  const part = (from: number, to: number): WeekSample[] =>
    samples.slice(Math.round(from * samples.length), Math.round(to * samples.length));
  const [before, held, after] = [
    part(1 / 4, HELD.from),
    part(HELD.from, HELD.to),
    part(HELD.to + SETTLED, 1),
  ];
  return seriesOf(samples).map(({ what, unit, of }) => {
    const levels = { before: mean(before.map(of)), after: mean(after.map(of)) };
    const growth = { before: growthOf(before.map(of)), after: growthOf(after.map(of)) };
    const limit = LIMITS[what.slice(0, 9)] ?? LIMITS[unit] ?? MOST_GROWTH;
    const isWithin = (when: 'before' | 'after'): boolean =>
      growth[when] <= limit || (unit === 'KiB' && growth[when] * levels[when] < PAGE);
    return {
      what,
      unit,
      ...levels,
      most: Math.max(...held.map(of)),
      growth,
      isBounded: isWithin('before') && isWithin('after'),
    };
  });
}

function seriesOf(samples: readonly WeekSample[]): Series[] {
  const used = samples.at(-1)?.relations.filter(({ bytes }) => bytes > 0) ?? [];
  return [
    ...used.map(({ name, isIndex }): Series => ({
      what: `${isIndex ? 'index' : 'table'} \`${name}\``,
      unit: 'KiB',
      of: (sample) => (sample.relations.find((relation) => relation.name === name)?.bytes ?? 0) / 1_024,
    })),
    ...['task_lock', 'task_lock_run', 'task_lock_request'].map((table): Series => ({
      what: `dead rows of \`${table}\``,
      unit: 'rows',
      of: (sample) => sample.relations.find(({ name }) => name === table)?.dead ?? 0,
    })),
    { what: 'rows of the history', unit: 'rows', of: (sample) => sample.history.rows },
    { what: 'pages that a claim reads', unit: 'pages', of: (sample) => sample.statements.claim.pages },
    { what: 'pages that a release reads', unit: 'pages', of: (sample) => sample.statements.release.pages },
    { what: 'time of a claim', unit: 'ms', of: (sample) => sample.statements.claim.milliseconds },
    { what: 'time of a release', unit: 'ms', of: (sample) => sample.statements.release.milliseconds },
  ];
}

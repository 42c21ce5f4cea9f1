import { median, quantile } from 'simple-statistics';

/** What was measured of one side of a comparison, in milliseconds. */
export type Measure = () => Promise<number>;

export interface Comparison {
  /** The median of the ratios of neighbours: what was slow for a while was so for both. */
  ratio: number;
  /** The quartiles of those ratios. */
  spread: [number, number];
  /** The medians of the two sides, in milliseconds. */
  medians: [number, number];
}

/** Postgres plans a prepared statement anew for its first five runs on each connection. */
const WARM_UP = 8;

/** Measures two things in turns, A B B A …, after some turns for warming up that are not counted. */
export async function interleaved(turns: number, a: Measure, b: Measure): Promise<Comparison> {
  const warmUp = turns < WARM_UP ? 1 : WARM_UP;
  const pairs: [number, number][] = [];
  for (let turn = 0; turn < warmUp + turns; turn++) {
    const aFirst = turn % 2 === 0;
    const first = await (aFirst ? a : b)();
    const second = await (aFirst ? b : a)();
    if (turn >= warmUp) pairs.push(aFirst ? [first, second] : [second, first]);
  }
  const ratios = pairs.map(([one, other]) => one / other);
  return {
    ratio: median(ratios),
    spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    medians: [median(pairs.map(([one]) => one)), median(pairs.map(([, other]) => other))],
  };
}

/** Milliseconds that something takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

import { median, quantile } from 'simple-statistics';

/** What was measured of one side of a comparison: milliseconds, if nothing else is said. */
export type Measure = () => Promise<number>;

export interface Comparison {
  /** The median of the ratios of neighbours: what was slow for a while was so for both. */
  ratio: number;
  /** The quartiles of those ratios. */
  spread: [number, number];
  /** The medians of the two sides. */
  medians: [number, number];
}

/** Postgres plans a prepared statement anew for its first five runs on each connection. */
export const WARM_UP = 8;
/** The standard error of a median is about its quartiles' distance ÷ √n: below half a percent, more rounds say nothing new. */
const SETTLED = 0.005;
const FEWEST_ROUNDS = 12;

/** What several sides took, round by round. */
export class Rounds<Side extends string> {
  constructor(readonly rounds: readonly Record<Side, number>[]) {}

  of(side: Side): number[] {
    return this.rounds.map((round) => round[side]);
  }

  compare(one: Side, other: Side): Comparison {
    const ratios = this.rounds.map((round) => round[one] / round[other]);
    return {
      ratio: median(ratios),
      spread: quartiles(ratios),
      medians: [median(this.of(one)), median(this.of(other))],
    };
  }

  /** Whether more rounds would change no ratio to this side. */
  isSettled(base: Side, sides: readonly Side[]): boolean {
    if (this.rounds.length < FEWEST_ROUNDS) return false;
    return sides.every((side) => {
      const { ratio, spread } = this.compare(side, base);
      return (spread[1] - spread[0]) / Math.sqrt(this.rounds.length) <= SETTLED * ratio;
    });
  }
}

/**
 * Measures several sides in turns, A B C C B A …, after some rounds for warming up that are not counted. Ends early once
 * the ratios of all sides to the last one have settled.
 */
export async function inRounds<Side extends string>(
  rounds: number,
  sides: Partial<Record<Side, Measure>>,
  warmUp: number = WARM_UP,
): Promise<Rounds<Side>> {
  const names = Object.keys(sides) as Side[];
  const base = names.at(-1)!;
  const counted: Record<Side, number>[] = [];
  const unwarmed = rounds < WARM_UP ? Math.min(1, warmUp) : warmUp;
  for (let round = 0; round < unwarmed + rounds; round++) {
    const taken = {} as Record<Side, number>;
    for (const name of round % 2 === 0 ? names : names.toReversed()) taken[name] = await sides[name]!();
    if (round < unwarmed) continue;
    counted.push(taken);
    if (new Rounds(counted).isSettled(base, names)) break;
  }
  return new Rounds(counted);
}

/** Two sides in turns, A B B A …. */
export async function interleaved(turns: number, a: Measure, b: Measure): Promise<Comparison> {
  return (await inRounds(turns, { a, b })).compare('a', 'b');
}

export function quartiles(samples: number[]): [number, number] {
  return [quantile(samples, 0.25), quantile(samples, 0.75)];
}

/** Milliseconds that something takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

import type { Comparison } from './samples.js';

/** One line of the results. */
export interface Finding {
  what: string;
  /** The most that the figure may be. */
  goal?: number;
  figure: number;
  unit?: 'µs' | 'KiB' | 'bytes' | 'queries' | 'updates';
  spread?: [number, number];
  /** Absolute times and what else helps to read the figure; they hold for this machine only. */
  context: string;
}

export function ratioFinding(
  what: string,
  goal: number | undefined,
  comparison: Comparison,
  sides: [string, string],
): Finding {
  const { ratio: figure, spread, medians } = comparison;
  const context = sides.map((side, index) => `${side} ${medians[index]!.toFixed(2)} ms`).join(', ');
  return { what, goal, figure, spread, context };
}

export function isMet({ goal, figure }: Finding): boolean {
  return goal === undefined || figure <= goal;
}

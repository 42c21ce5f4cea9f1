import type { Comparison } from './samples.js';

/** One line of the results. */
export interface Finding {
  what: string;
  /** The most that the figure may be. */
  goal?: number;
  figure: number;
  unit?: 'µs' | 'ms' | 's' | 'KiB' | 'MiB' | 'bytes' | 'queries' | 'updates' | 'connections';
  spread?: [number, number];
  /** Absolute times and what else helps to read the figure; they hold for this machine only. */
  context: string;
}

export function ratioFinding(
  what: string,
  goal: number | undefined,
  comparison: Comparison,
  sides: [string, string],
  note?: string,
): Finding {
  const { ratio: figure, spread, medians } = comparison;
  const taken = sides.map((side, index) => `${side} ${medians[index]!.toFixed(2)} ms`);
  return { what, goal, figure, spread, context: [taken.join(', '), ...(note ? [note] : [])].join('; ') };
}

export function isMet({ goal, figure }: Finding): boolean {
  return goal === undefined || figure <= goal;
}

import { linearRegression, mean } from 'simple-statistics';

/**
 * By how much a series grows from its first sample to its last, by the line through all of them, as a share of its mean.
 * What swings without growing is near 0; what doubles is about 0.67.
 */
export function growthOf(samples: readonly number[]): number {
  const level = mean([...samples]);
  if (level === 0) return 0;
  return (linearRegression(samples.map((sample, nth) => [nth, sample])).m * (samples.length - 1)) / level;
}

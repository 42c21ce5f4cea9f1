import type fc from 'fast-check';

/** Milliseconds for one property: a machine under load is slow, and shrinking a failure takes a while. */
export const PATIENCE = 300_000;

/**
 * How often a property is tried. `MODEL_RUNS=20 npm test -- test/model` tries each 20 times as often; `MODEL_SEED` and
 * `MODEL_PATH` play a failure again that fast-check has printed.
 */
export function modelRuns<T>(runs: number): fc.Parameters<T> {
  const { MODEL_RUNS = '1', MODEL_SEED, MODEL_PATH } = process.env;
  return {
    numRuns: Math.ceil(runs * Number(MODEL_RUNS)),
    ...(MODEL_SEED === undefined ? {} : { seed: Number(MODEL_SEED) }),
    ...(MODEL_PATH === undefined ? {} : { path: MODEL_PATH, endOnFailure: true }),
  };
}

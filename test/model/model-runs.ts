import type fc from 'fast-check';
import { TESTS_EVERYTHING } from '../support/tests-everything.js';

/** Milliseconds for one property: a machine under load is slow, and shrinking a failure takes a while. */
export const PATIENCE = 300_000;

/** `npm test` looks for what broke just now; the rare orders of events are for `npm run test:all`. */
const SHARE = TESTS_EVERYTHING ? 1 : 0.1;

/**
 * How often a property is tried. `MODEL_RUNS=20 npm test -- test/model` tries each 20 times as often as `npm run
 * test:all` does; `MODEL_SEED` and `MODEL_PATH` play a failure again that fast-check has printed.
 */
export function modelRuns<T>(runs: number): fc.Parameters<T> {
  const { MODEL_RUNS = SHARE, MODEL_SEED, MODEL_PATH } = process.env;
  return {
    numRuns: Math.ceil(runs * Number(MODEL_RUNS)),
    ...(MODEL_SEED === undefined ? {} : { seed: Number(MODEL_SEED) }),
    ...(MODEL_PATH === undefined ? {} : { path: MODEL_PATH, endOnFailure: true }),
  };
}

import { test } from '@jest/globals';
import fc from 'fast-check';
import { modelRuns, PATIENCE } from './model-runs.js';
import { answersAsDesigned } from './store/store-property.js';
import { inMemory } from './store/travelling-stores.js';

test(
  'locks in memory answer as the design says, whatever replicas ask and whenever',
  () => fc.assert(answersAsDesigned(inMemory), modelRuns(400)),
  PATIENCE,
);

import { base } from './jest.config.mjs';

/** The page in Chromium: `npm run test:browser`. @type {import('jest').Config} */
export default {
  ...base,
  roots: ['<rootDir>/test/browser'],
  globalSetup: '<rootDir>/test/support/processes-setup.mjs',
  globalTeardown: '<rootDir>/test/support/postgres-teardown.mjs',
  // One browser at a time: beside another one, a page would be late.
  maxWorkers: 1,
  testTimeout: 60_000,
};

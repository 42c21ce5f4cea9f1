import { base } from './jest.config.mjs';

/** The suites that start servers of Debian's packages: `npm run test:servers`. @type {import('jest').Config} */
export default {
  ...base,
  roots: ['<rootDir>/test/servers'],
  // The replicas of one suite would be late for their ticks beside another suite.
  maxWorkers: 1,
};

import base from './jest.config.mjs';

/** The suites that start servers of Debian's packages: `npm run test:servers`. @type {import('jest').Config} */
export default {
  ...base,
  roots: ['<rootDir>/test/servers'],
  testPathIgnorePatterns: ['/node_modules/'],
  // They start the servers that they need themselves.
  globalSetup: undefined,
  globalTeardown: undefined,
};

import { availableParallelism } from 'node:os';

/** What every project and `npm run test:servers` share. @type {import('jest').Config} */
export const base = {
  testEnvironment: 'node',
  testMatch: ['**/*.spec.ts'],
  // `npm run test:package` runs the applications of test/consumers.
  modulePathIgnorePatterns: ['<rootDir>/test/consumers/', '<rootDir>/build/', '<rootDir>/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '/node_modules/(cron|luxon)/.+\\.js$': '<rootDir>/test/support/local-globals.cjs',
    '^.+\\.ts$': [
      '<rootDir>/test/mutants/transform.cjs',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  transformIgnorePatterns: ['/node_modules/(?!(cron|luxon)/)'],
  testTimeout: 30_000,
};

/** `npm run test:all`, or `npm test` with a path or a pattern, runs every suite that matches. */
const everySuite =
  process.env.TEST_ALL === '1' || process.argv.slice(2).some((argument) => !argument.startsWith('-'));

/** Suites that need more than Node; every other suite is fast. */
const NOT_FAST = ['postgres', 'processes', 'servers', 'browser'].map((folder) => `<rootDir>/test/${folder}/`);

/** Suites on Postgres that take long: child processes, outages, hundreds of rounds, a large history. */
const LONG = [
  'cli',
  'dashboard',
  'database-faults',
  'dead-connections',
  'large-history',
  'least-privilege',
  'ledger-runs',
  'operator-history',
  'operators-at-once',
  'simulated-days',
  'steered-replicas',
  'triggers',
];

/** @type {import('jest').Config} */
export default {
  // More than there are cores: suites wait a good part of their time, for ticks and for Postgres.
  maxWorkers: 2 * availableParallelism(),
  testTimeout: base.testTimeout,
  projects: [
    {
      ...base,
      displayName: 'fast',
      moduleNameMapper: {
        ...base.moduleNameMapper,
        '^@nestjs/typeorm$': '<rootDir>/test/support/no-typeorm.ts',
      },
      roots: ['<rootDir>/test', '<rootDir>/examples'],
      testPathIgnorePatterns: ['/node_modules/', ...NOT_FAST],
    },
    {
      ...base,
      displayName: 'postgres',
      roots: ['<rootDir>/test/postgres'],
      testPathIgnorePatterns: [
        '/node_modules/',
        ...(everySuite ? [] : LONG.map((name) => `<rootDir>/test/postgres/${name}[.]spec`)),
      ],
      globalSetup: '<rootDir>/test/support/postgres-setup.mjs',
      globalTeardown: '<rootDir>/test/support/postgres-teardown.mjs',
    },
    {
      ...base,
      displayName: 'processes',
      roots: ['<rootDir>/test/processes'],
      testMatch: [everySuite ? '**/*.spec.ts' : '**/smoke.spec.ts'],
      runner: '<rootDir>/test/support/serial-runner.cjs',
      globalSetup: '<rootDir>/test/support/processes-setup.mjs',
      globalTeardown: '<rootDir>/test/support/postgres-teardown.mjs',
    },
  ],
};

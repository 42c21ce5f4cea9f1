import { availableParallelism } from 'node:os';

/** What every project and `npm run test:servers` share. @type {import('jest').Config} */
export const base = {
  testEnvironment: 'node',
  testMatch: ['**/*.spec.ts'],
  // `npm run test:package` runs the applications of test/consumers.
  modulePathIgnorePatterns: ['<rootDir>/test/consumers/', '<rootDir>/build/', '<rootDir>/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // The examples of the docs import the package as a reader does.
    '^nestjs-task-lock$': '<rootDir>/src/index.ts',
    '^nestjs-task-lock/testing$': '<rootDir>/src/testing/index.ts',
    '^nestjs-task-lock/(dashboard|migrations|opentelemetry|store)$': '<rootDir>/src/$1.ts',
  },
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

/** Suites that take long: child processes, outages, hundreds of rounds, a large history, whole nights, SDKs of others. */
const LONG = [
  'postgres/cli',
  'postgres/dashboard',
  'postgres/database-faults',
  'postgres/dead-connections',
  'postgres/large-history',
  'postgres/least-privilege',
  'postgres/ledger-runs',
  'postgres/migration',
  'postgres/operator-history',
  'postgres/operators-at-once',
  'postgres/simulated-days',
  'postgres/start-up-access',
  'postgres/steered-replicas',
  'postgres/triggers',
  'unit/clock-change',
  'unit/cron-firings',
  'unit/cron-ticks-zones',
  'wiring/clock-change',
  'wiring/lock-recipes',
  'wiring/monitoring-recipes',
];
const LEFT_OUT = everySuite ? [] : LONG.map((name) => `<rootDir>/test/${name}[.]spec`);

/** @type {import('jest').Config} */
export default {
  // More than there are cores: suites wait a third of their time, for ticks and for Postgres.
  maxWorkers: Math.ceil(1.5 * availableParallelism()),
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
      testPathIgnorePatterns: ['/node_modules/', ...NOT_FAST, ...LEFT_OUT],
    },
    {
      ...base,
      displayName: 'postgres',
      roots: ['<rootDir>/test/postgres'],
      testPathIgnorePatterns: ['/node_modules/', ...LEFT_OUT],
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

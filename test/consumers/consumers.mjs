/**
 * A command that an application's developer would run. `tsc`, `jest` and the like are the application's own.
 *
 * @typedef {object} Step
 * @property {string} title
 * @property {[string, ...string[]]} command
 * @property {Record<string, string>} [env]
 * @property {boolean} [database] whether it gets an empty database of its own, as DATABASE_URL
 */

/**
 * A suite of Node's own test runner.
 *
 * @param {string} title
 * @param {string} file
 * @returns {Step}
 */
function suite(title, file) {
  return { title, command: ['node', '--test', '--test-reporter=tap', file], database: true };
}

/**
 * A suite of shared/integrations, with what must be loaded before Nest.
 *
 * @param {string} title
 * @param {string} name
 * @param {string} [instrument]
 * @returns {Step}
 */
function integration(title, name, instrument) {
  const first = instrument === undefined ? [] : ['--import', `./dist/integrations/${instrument}.js`];
  const command = /** @type {Step['command']} */ ([
    'node',
    ...first,
    '--test-reporter=tap',
    `dist/integrations/checks/${name}.test.js`,
  ]);
  return { title, command, database: true };
}

/** @type {Step[]} */
const INTEGRATIONS = [
  { title: 'compiles', command: ['tsc'] },
  integration('Sentry', 'sentry', 'instrument-sentry'),
  integration('OpenTelemetry', 'opentelemetry', 'instrument-opentelemetry'),
  integration('nestjs-cls', 'cls'),
  integration('@golevelup/nestjs-discovery', 'discovery'),
];

const TWO_COPIES = suite('two copies in one process', 'two-copies.test.mjs');

const SHARED = [
  suite("TypeORM's command line", 'typeorm-cli.test.mjs'),
  suite("the package's own command line", 'task-lock-cli.test.mjs'),
  TWO_COPIES,
];

const BOOTS = suite('boots', 'boots.test.mjs');

/** What Nest requires only if an application uses it. */
const OPTIONAL = ['class-transformer', 'class-validator', '@nestjs/microservices', '@nestjs/websockets'];

/** @type {[string, ...string[]]} */
const BUNDLE = [
  'esbuild',
  'dist/checks/bundled.test.js',
  '--bundle',
  '--minify',
  '--platform=node',
  '--outfile=dist/checks/bundled.min.test.js',
  '--log-level=error',
  ...OPTIONAL.map((name) => `--external:${name}`),
];

/**
 * The applications, each a folder beside this file, and what is tried in them.
 *
 * @type {Record<string, Step[]>}
 */
export const CONSUMERS = {
  'nest11-commonjs': [
    // Checks the declarations, too: skipLibCheck is off, and ES2021 is what Nest 10 starters compile for.
    { title: 'compiles with module: commonjs, moduleResolution: node10, target: ES2021', command: ['tsc'] },
    { title: 'type-checks with module: node16', command: ['tsc', '-p', 'tsconfig.node16.json'] },
    suite('schedules', 'dist/checks/schedules.test.js'),
    suite('classes', 'dist/checks/classes.test.js'),
    suite('controllers', 'dist/checks/controllers.test.js'),
    suite('handlers', 'dist/checks/handlers.test.js'),
    suite('error trackers', 'dist/checks/trackers.test.js'),
    suite('health checks', 'dist/checks/health.test.js'),
    suite('the page', 'dist/checks/dashboard.test.js'),
    { title: 'esbuild makes a minified bundle', command: BUNDLE },
    suite('minified bundle', 'dist/checks/bundled.min.test.js'),
    { title: 'nest build --webpack makes a minified bundle', command: ['nest', 'build', '--webpack'] },
    suite('minified bundle of webpack', 'dist/checks/bundled.webpack.test.js'),
    { title: 'jest (CommonJS)', command: ['jest', '--verbose'] },
    ...SHARED,
  ],
  'nest12-esm': [
    { title: 'compiles with module: nodenext', command: ['tsc'] },
    suite('application', 'dist/checks/application.test.js'),
    {
      title: 'jest (ES modules)',
      command: ['jest', '--verbose'],
      env: { NODE_OPTIONS: '--experimental-vm-modules --no-warnings' },
    },
    { title: 'vitest', command: ['vitest', 'run', '--reporter=tap-flat'] },
    ...SHARED,
  ],
  'contexts-nest12': [
    { title: 'compiles', command: ['tsc'] },
    suite('Express and Fastify', 'dist/checks/http.test.js'),
    suite('GraphQL', 'dist/checks/graphql.test.js'),
    suite('microservice', 'dist/checks/microservice.test.js'),
    suite('WebSocket gateway', 'dist/checks/websocket.test.js'),
    suite('standalone context', 'dist/checks/standalone.test.js'),
  ],
  'integrations-nest11': INTEGRATIONS,
  'integrations-nest12': [...INTEGRATIONS, suite('nest start --watch', 'watch.test.mjs')],
  'pnpm-workspace': [{ title: 'pnpm workspace', command: ['node', 'install.mjs'], database: true }],
  'lowest-nest10': [
    BOOTS,
    suite('@nestjs/config 3', 'config.test.mjs'),
    TWO_COPIES,
    { title: 'the declarations compile with TypeScript 5.1 for ES2021', command: ['tsc'] },
  ],
  'lowest-nest11': [BOOTS],
  'lowest-schedule6': [BOOTS],
  'lowest-nest12': [BOOTS],
};

/**
 * The projects that a Nest CLI makes, and its package: the set-up of the guide is tried in each.
 *
 * @type {Record<string, string>}
 */
export const STARTERS = {
  'nest11-starter': '@nestjs/cli@11',
  'nest12-starter': '@nestjs/cli@12',
};

/**
 * What is tried with each combination of `npm run test:compat`, in one database.
 *
 * @type {Step[]}
 */
export const COMPAT = [
  {
    title: "TypeORM's command line",
    command: [
      'node',
      '--test',
      '--test-reporter=tap',
      '--test-name-pattern=^migration:',
      'typeorm-cli.test.mjs',
    ],
  },
  suite('replicas', 'fleet.test.mjs'),
];

/** Who may import whom: each room, and the rooms that it may import from. docs/architecture.md tells what they are for. */
const MAY_IMPORT = {
  common: [],
  store: ['common'],
  lock: ['store', 'common'],
  tasks: ['store', 'common'],
  calls: ['tasks', 'lock', 'store', 'common'],
  requests: ['calls', 'tasks', 'lock', 'store', 'common'],
  operate: ['tasks', 'lock', 'store', 'common'],
  telemetry: ['operate', 'lock', 'common'],
  dashboard: ['operate', 'common'],
  cli: ['operate', 'store', 'common'],
  nest: ['operate', 'requests', 'calls', 'tasks', 'lock', 'store', 'common'],
  testing: ['nest', 'operate', 'requests', 'calls', 'tasks', 'lock', 'store', 'common'],
};

const rooms = Object.keys(MAY_IMPORT);

const forRooms = Object.entries(MAY_IMPORT).map(([room, allowed]) => ({
  name: `${room}-imports-${allowed.join('-') || 'nothing'}`,
  comment: `src/${room} may import from: ${allowed.map((other) => `src/${other}`).join(', ') || 'no other room'}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: {
    path: '^(src|migrations)/',
    pathNot: [
      `^src/(${[room, ...allowed].join('|')})/`,
      ...(room === 'cli' ? ['^src/migrations[.]ts$'] : []),
    ],
  },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...forRooms,
    {
      name: 'no-circles',
      comment: 'two files that import each other, types included, can only be understood together',
      severity: 'error',
      from: { path: '^(src|migrations)/' },
      to: { circular: true },
    },
    {
      name: 'stores-are-plugged-in',
      comment: 'everything but the wiring knows a store by its port',
      severity: 'error',
      from: {
        path: `^src/(${rooms.join('|')})/`,
        pathNot: '^src/(nest|testing|cli|store/(postgres|memory))/',
      },
      to: { path: '^src/store/(postgres|memory)/' },
    },
    {
      name: 'stores-are-apart',
      comment: 'a store in memory and the one in Postgres share the port and nothing else',
      severity: 'error',
      from: { path: '^src/store/(postgres|memory)/' },
      to: { path: '^src/store/(postgres|memory)/', pathNot: '^src/store/$1/' },
    },
    {
      name: 'telemetry-is-optional',
      comment: 'without @opentelemetry/api all but the sub-path nestjs-task-lock/opentelemetry must load',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: '^src/(telemetry/|opentelemetry[.]ts$)' },
      to: { path: '(^src/(telemetry/|opentelemetry[.]ts$)|(^|/)@opentelemetry/)' },
    },
    {
      name: 'no-nest-below-tasks',
      comment: 'common, store and lock know nothing of Nest',
      severity: 'error',
      from: { path: '^src/(common|store|lock)/' },
      to: { path: '(^|/)(@nestjs/|rxjs|reflect-metadata)' },
    },
    {
      name: 'migrations-are-frozen',
      comment: 'a migration that imports src changes with it, and users have run it already',
      severity: 'error',
      from: { path: '^migrations/' },
      to: { path: '^src/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.build.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '[.]mutants[.]cjs$' },
    includeOnly: ['^(src|migrations)/', 'node_modules/(@nestjs|@opentelemetry|rxjs|reflect-metadata)'],
    reporterOptions: { archi: { collapsePattern: '^(src/store/(postgres|memory)|src/[^/]+|migrations)/' } },
  },
};

// Each entry breaks definitions.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
const suites = ['postgres-conformance.spec'];

module.exports = {
  'declared tasks': [
    {
      find: ' AND ${one}.family = ${other}.family',
      replace: '',
      suites,
      scenario: 'two applications without a name are told apart by their tasks',
    },
    {
      find: '${one}.application = ${other}.application AND ',
      replace: '',
      suites,
      scenario: 'applications with a name are told apart by it, whatever their tasks are',
    },
    {
      find: 'newer.first_declared > each.first_declared AND ',
      replace: 'newer.last_declared > each.last_declared AND ',
      suites,
      scenario: 'old and new code side by side do not flap',
    },
    {
      find: '    SELECT FROM standing AS newer',
      replace: '    SELECT FROM declaration AS newer',
      suites,
      scenario: 'of three declarations in a circle one is current',
    },
    {
      find: 'FROM standing AS each',
      replace: 'FROM declaration AS each',
      suites,
      scenario: 'after a rollback the old code is current again',
    },
    {
      find: 'later.last_declared > each.last_declared + ${interval(IN_USE)}',
      replace: 'clock_timestamp() > each.last_declared + ${interval(IN_USE)}',
      suites,
      scenario: 'a night without replicas changes nothing',
    },
    {
      find: 'later.last_declared > each.last_declared + ${interval(IN_USE)}',
      replace: 'later.last_declared > each.last_declared',
      suites,
      scenario: 'old and new code side by side do not flap',
    },
    {
      find: 'OVER (PARTITION BY application, digest)',
      replace: 'OVER (PARTITION BY application)',
      suites,
      scenario: 'a task that the newest declaration lacks is undeclared at once',
    },
    {
      find: 'ORDER BY task.name, seen.current_since DESC NULLS LAST, seen',
      replace: 'ORDER BY task.name, seen.current_since IS NULL, seen',
      suites,
      scenario: 'tasks that replicas of one application do not share are all declared',
    },
    {
      find: '\n      AND each.last_declared < newer.first_declared + ${interval(DEPLOYED_WITHIN)}',
      replace: '',
      suites,
      scenario: 'tasks that replicas of one application do not share are all declared',
    },
    {
      find: 'LEAST(last_declared, clock_timestamp()) AS last_declared',
      replace: 'last_declared',
      suites: ['operator-declare.spec'],
      scenario: 'a clock that was ahead',
    },
    {
      find: 'ORDER BY task.name, seen.current_since DESC NULLS LAST, seen',
      replace: 'ORDER BY task.name, seen',
      suites,
      scenario: 'old and new code side by side do not flap',
    },
    {
      find: 'NULLS LAST, seen.last_declared DESC, task',
      replace: 'NULLS LAST, task',
      suites,
      scenario: 'a task that new code sets back is shown so at once, though another one has changed',
    },
    {
      find: 'ORDER BY application, digest, each.last_declared DESC',
      replace: 'ORDER BY application, digest, each.last_declared',
      suites,
      scenario: 'a definition that new code leaves as it is keeps its first declaration',
    },
    {
      find: "${columns('task.first_declared', 'seen.current_since')}",
      replace: "${columns('seen.first_declared', 'seen.current_since')}",
      suites,
      scenario: 'a definition that new code leaves as it is keeps its first declaration',
    },
    {
      find: "${columns('seen.first_declared', 'current.since')}",
      replace: "${columns('task.first_declared', 'current.since')}",
      suites,
      scenario: 'a task that new code sets back is shown so at once, though another one has changed',
    },
    {
      find: 'AND last_declared >= clock_timestamp() - ${interval(IN_USE)}\n',
      replace: '\n',
      suites,
      scenario: 'an application without a name is told from another one by its tasks, while that one lives',
    },
  ],
};

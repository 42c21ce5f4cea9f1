// Each entry breaks declare.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'declared tasks': [
    {
      find: '  WHERE turn.mine\n',
      replace: '',
      suites: ['operator-declare.spec'],
      scenario: 'has nothing of a replica whose turn it is not, and that is told so',
    },
    {
      find: '  FOR NO KEY UPDATE OF task SKIP LOCKED\n',
      replace: '  FOR NO KEY UPDATE OF task NOWAIT\n',
      suites: ['operator-declare.spec'],
      scenario: 'a declaration that somebody has locked gets its heartbeat from the next replica',
    },
    {
      find: 'WHERE task.name IS NULL OR ${IS_STALE}`',
      replace: 'WHERE task.name IS NULL`',
      suites: ['postgres-conformance.spec'],
      scenario: 'a declaration that is repeated is a heartbeat, once it is due',
    },
    {
      find: "task.name = '${ALL_TASKS}' AND task.last_declared <",
      replace: 'task.last_declared <',
      suites: ['operator-declare.spec'],
      scenario: 'send the heartbeat of their declaration once, and write no row of a task',
    },
    {
      find: 'AND task.last_declared < clock_timestamp() - ${interval(REFRESHED_AFTER)}',
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'a declaration that is repeated is a heartbeat, once it is due',
    },
    {
      find: 'wantedRows(declaration).flatMap',
      replace: 'rows.flatMap',
      suites: ['postgres-conformance.spec'],
      scenario: 'a task that the newest declaration lacks is undeclared at once',
    },
    {
      find: 'SET last_declared = clock_timestamp(), declared_by',
      replace: 'SET first_declared = clock_timestamp(), last_declared = clock_timestamp(), declared_by',
      suites: ['postgres-conformance.spec'],
      scenario: 'old and new code side by side do not flap',
    },
  ],
};

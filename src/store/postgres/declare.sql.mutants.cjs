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
      find: "task.name = '${ALL_TASKS}'\n    AND task.last_declared NOT",
      replace: 'task.last_declared NOT',
      suites: ['operator-declare.spec'],
      scenario: 'send the heartbeat of their declaration once, and write no row of a task',
    },
    {
      find: 'AND task.last_declared NOT BETWEEN clock_timestamp() - ${interval(REFRESHED_AFTER)} AND clock_timestamp()',
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'a declaration that is repeated is a heartbeat, once it is due',
    },
    {
      find: 'NOT BETWEEN clock_timestamp() - ${interval(REFRESHED_AFTER)} AND clock_timestamp()',
      replace: '< clock_timestamp() - ${interval(REFRESHED_AFTER)}',
      suites: ['operator-declare.spec'],
      scenario: 'a clock that was ahead',
    },
    {
      find: "($2 <> '' OR kin.names && $16::text[])",
      replace: 'kin.names && $16::text[]',
      suites: ['postgres-conformance.spec'],
      scenario: 'applications with a name are told apart by it, whatever their tasks are',
    },
    {
      find: "($2 <> '' OR kin.names && $16::text[])",
      replace: 'true',
      suites: ['postgres-conformance.spec'],
      scenario: 'two applications without a name are told apart by their tasks',
    },
    {
      find: 'ORDER BY kin.last_declared DESC LIMIT 1\n         ), digest)',
      replace: 'LIMIT 0\n         ), digest)',
      suites: ['postgres-conformance.spec'],
      scenario: 'is the same one while each deployment keeps one of its tasks',
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

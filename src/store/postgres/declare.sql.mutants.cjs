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
      scenario: 'a row that somebody has locked is refreshed by the next one',
    },
    {
      find: 'OR task.last_declared < clock_timestamp() - ${REFRESHED_AFTER}`',
      replace: '`',
      suites: ['postgres-conformance.spec'],
      scenario: 'a declaration that is repeated changes nothing within a day, and is refreshed after it',
    },
    {
      find: 'SET last_declared = clock_timestamp(), declared_by',
      replace: 'SET first_declared = clock_timestamp(), last_declared = clock_timestamp(), declared_by',
      suites: ['postgres-conformance.spec'],
      scenario: 'a declaration that is repeated changes nothing within a day, and is refreshed after it',
    },
  ],
};

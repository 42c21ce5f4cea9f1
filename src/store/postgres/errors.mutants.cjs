// Each entry breaks errors.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'what was not sent can be repeated': [
    {
      find: "  '23', // a constraint that somebody has put on the table\n",
      replace: '',
      suites: ['postgres-errors.spec'],
      scenario: 'by a constraint (23514)',
    },
    {
      find: "  '54', // a limit",
      replace: "  '42', // a limit",
      suites: ['postgres-errors.spec'],
      scenario: 'and not by a missing table (42P01)',
    },
    {
      find: 'isConflict(error) || isOfClass',
      replace: 'isOfClass',
      suites: ['postgres-errors.spec'],
      scenario: 'whether 40001 says that nothing has changed: true',
    },
    {
      find: 'return new LockStoreUnavailableError(message, error.sent, { cause: error });',
      replace: 'return new Error(message, { cause: error });',
      suites: ['unreachable-database.spec'],
      scenario: 'the end of a run of requests can be repeated where their table is mislaid',
    },
  ],
};

// Each entry breaks 1795219200000-create-task-lock-request-table.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'the migration is safe where replicas start at once': [
    {
      find: "SELECT pg_advisory_xact_lock(hashtextextended('${lockKey}', 0));\n",
      replace: '',
      suites: ['migration.spec'],
      scenario: 'makes the table of the requests once where another replica is making it',
    },
  ],
};

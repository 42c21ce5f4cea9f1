// Each entry breaks 1763683200000-create-task-lock-table.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  '7 instants': [
    {
      find: "last_tick    timestamptz NOT NULL DEFAULT '-infinity'",
      replace: 'last_tick    timestamptz',
      suites: ['migration.spec'],
      scenario: 'makes these columns',
    },
  ],
  'the migration is safe where replicas start at once': [
    {
      find: "SELECT pg_advisory_xact_lock(hashtextextended('${lockKey}', 0));\n",
      replace: '',
      suites: ['migration.spec'],
      scenario: 'makes the table of the locks once where another replica is making it',
    },
  ],
};

// Each entry breaks 1763683200000-create-task-lock-table.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  '7 instants': [
    {
      find: "last_tick    timestamptz NOT NULL DEFAULT '-infinity'",
      replace: 'last_tick    timestamptz',
      suites: ['claim-rules.spec', 'postgres-conformance.spec'],
    },
  ],
  'the migration is safe where replicas start at once': [
    {
      find: "SELECT pg_advisory_xact_lock(hashtextextended('${lockKey}', 0));\n",
      replace: '',
      suites: ['migration.spec'],
    },
  ],
};

// Each entry breaks tasks.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'the list reads little of a large history': [
    {
      find: 'ORDER BY run.started_at DESC LIMIT ${MOST_IN_A_ROW}`;',
      replace: 'ORDER BY run.started_at DESC`;',
      suites: ['large-history.spec'],
      scenario: 'the list reads no more than a thousand of them',
    },
    {
      find: 'ORDER BY run.started_at DESC LIMIT ${MOST_IN_A_ROW}\n  ) AS failed',
      replace: 'ORDER BY run.started_at DESC\n  ) AS failed',
      suites: ['large-history.spec'],
      scenario: 'the list reads no more than a thousand of them',
    },
    {
      find: "run.started_at > COALESCE(success.started_at, '-infinity')",
      replace: 'true',
      suites: ['operator-history.spec'],
      scenario: 'says how each has ended',
    },
  ],
};

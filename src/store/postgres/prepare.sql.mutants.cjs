// Each entry breaks prepare.sql.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  'missed ticks': [
    {
      find: 'SELECT name, clock_timestamp() FROM',
      replace: "SELECT name, '-infinity'::timestamptz FROM",
      suites: ['claim-rules.spec', 'postgres-conformance.spec'],
    },
  ],
};

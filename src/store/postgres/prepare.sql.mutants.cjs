// Each entry breaks prepare.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'missed ticks': [
    {
      find: 'SELECT name, clock_timestamp() FROM',
      replace: "SELECT name, '-infinity'::timestamptz FROM",
      suites: ['postgres-conformance.spec'],
      scenario: 'a name without a row has missed nothing',
    },
  ],
};

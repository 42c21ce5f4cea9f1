// Each entry breaks statement.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'prepared statements behind poolers': [
    {
      find: 'name: `${name}-${digest}`',
      replace: 'name',
      suites: ['statements.spec'],
      scenario: 'carry a digest of their text in their names: another version cannot be run by mistake',
    },
  ],
};

// Each entry breaks ledger.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'the fates of ticks are named in one order': [
    {
      find: '[...words].sort(([one], [other]) => (one < other ? -1 : 1))',
      replace: '[...words]',
      suites: ['dashboard-pages.spec'],
      scenario: 'nothing jumps',
    },
  ],
};

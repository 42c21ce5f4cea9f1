// Each entry breaks cancel.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a dead run is not asked to stop': [
    {
      find: 'out.isPast(leaseEndsAt) ? undefined : consequence',
      replace: 'leaseEndsAt === undefined ? undefined : consequence',
      suites: ['cli-verbs.spec'],
      scenario: 'a cancel of a dead run asks nothing, and says that nothing needs to be done',
    },
  ],
};

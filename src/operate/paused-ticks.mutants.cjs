// Each entry breaks paused-ticks.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a tick that a pause covered': [
    {
      find: 'from.getTime() <= tick + CLAIM_TIMEOUT && ',
      replace: '',
      suites: ['unit/task-states.spec'],
      scenario: 'by a tick that was lost before a pause began',
    },
    {
      find: 'from.getTime() <= tick + CLAIM_TIMEOUT',
      replace: 'from.getTime() <= tick',
      suites: ['unit/ledger.spec'],
    },
    { find: '(to?.getTime() ?? Infinity) > tick', replace: 'true', suites: ['unit/ledger.spec'] },
  ],
};

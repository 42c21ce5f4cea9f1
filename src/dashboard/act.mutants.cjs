// Each entry breaks act.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'dashboard: actions': [
    {
      find: '{ ...options, wait: false }',
      replace: 'options',
      suites: ['wiring/dashboard.spec'],
      scenario: 'trigger a run without waiting for its end',
    },
  ],
};

// Each entry breaks api.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'dashboard: API': [
    {
      find: 'assertAllowed(visit, action);',
      replace: '',
      suites: ['wiring/dashboard-closed.spec'],
      scenario: 'to actions that the user may not do',
    },
  ],
};

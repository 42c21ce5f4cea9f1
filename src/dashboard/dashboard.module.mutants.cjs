// Each entry breaks dashboard.module.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'dashboards beside each other': [
    {
      find: 'if (around !== undefined)',
      replace: 'if (around === path)',
      suites: ['wiring/dashboard-closed.spec'],
      scenario: 'a dashboard below another one is a start-up error',
    },
  ],
};

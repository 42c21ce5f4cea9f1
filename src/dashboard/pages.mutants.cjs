// Each entry breaks pages.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'dashboard: pages': [
    {
      find: 'isOfTask && trigger !== undefined',
      replace: 'trigger !== undefined',
      suites: ['wiring/dashboard.spec'],
      scenario: 'shows no trigger of another task, whatever a link says',
    },
  ],
};

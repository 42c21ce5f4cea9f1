// Each entry breaks prometheus.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a task has its alert rules whether or not it is paused when they are printed': [
    {
      find: 'schedule !== null)',
      replace: 'state !== "paused")',
      suites: ['cli-alerts.spec'],
      scenario: 'a task that is paused while the rules are printed',
    },
  ],
};

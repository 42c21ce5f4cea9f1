// Each entry breaks task-settings.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  '3 who may claim': [
    {
      find: 'Math.max(interval * factor, interval - gap / 2)',
      replace: 'interval * factor',
      suites: ['simulated-days.spec'],
      scenario: 'a task that is polled hourly and runs daily',
    },
  ],
};

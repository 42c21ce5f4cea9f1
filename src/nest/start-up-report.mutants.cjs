// Each entry breaks start-up-report.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a start says what is locked, and where': [
    {
      find: 'if (!settings.enabled)',
      replace: 'if (false)',
      suites: ['log-levels.spec'],
      scenario: 'of nothing that is locked',
    },
    {
      find: 'if (tasks.size === 0)',
      replace: 'if (false)',
      suites: ['log-levels.spec'],
      scenario: 'of no task: the classes with tasks may be missing',
    },
  ],
};

// Each entry breaks long-runs.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a long run is warned about': [
    {
      find: 'if (this.warned.has(lockName)) return;',
      replace: '',
      suites: ['long-runs.spec'],
      scenario: 'a task that overruns a short interval at each run is warned about once an hour',
    },
    {
      find: 'if (until > now) break;',
      replace: 'break;',
      suites: ['long-runs.spec'],
      scenario: 'a task that overruns a short interval at each run is warned about once an hour',
    },
  ],
};

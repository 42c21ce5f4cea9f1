// Each entry breaks task-settings.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  '3 who may claim': [
    {
      find: 'Math.max(interval * factor, interval - gap / 2)',
      replace: 'interval * factor',
      suites: ['simulated-days.spec'],
    },
  ],
};

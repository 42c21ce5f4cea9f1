// Each entry breaks registry.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  'what nothing may fire': [
    {
      find: 'isMarkedWith(method, declaration) ? declaration.cron : undefined',
      replace: 'declaration.cron',
      suites: ['task-cron.spec'],
    },
  ],
};

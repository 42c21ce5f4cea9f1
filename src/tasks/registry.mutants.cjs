// Each entry breaks registry.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'what nothing may fire': [
    {
      find: 'isMarkedWith(method, declaration) ? declaration.cron : undefined',
      replace: 'declaration.cron',
      suites: ['task-cron.spec'],
      scenario: 'is a method that overrides one with @TaskCron: it would run without a lock',
    },
  ],
};

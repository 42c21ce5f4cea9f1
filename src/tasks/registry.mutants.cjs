// Each entry breaks registry.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'declared tasks': [
    {
      find: 'declaredTaskOf(this.current(task), place, ',
      replace: 'declaredTaskOf(task, place, ',
      suites: ['declared-tasks.spec'],
      scenario: 'anew where a schedule was changed at run time',
    },
  ],
  'what nothing may fire': [
    {
      find: 'isMarkedWith(method, declaration) ? declaration.cron : undefined',
      replace: 'declaration.cron',
      suites: ['task-cron.spec'],
      scenario: 'is a method that overrides one with @TaskCron: it would run without a lock',
    },
  ],
};

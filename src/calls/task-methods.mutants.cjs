// Each entry breaks task-methods.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'schedules that change while the application runs': [
    {
      find: 'task: this.registry.current(known.task)',
      replace: 'task: known.task',
      suites: ['changed-schedules.spec'],
      scenario: 'a run of requests holds its lock by the changed schedule',
    },
  ],
};

// Each entry breaks rescheduled-tasks.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'schedules that change while the application runs': [
    {
      find: 'return { ...task, ...settings, schedule };',
      replace: 'return { ...task, schedule };',
      suites: ['changed-schedules.spec'],
      scenario: 'gives "report" its ticks, and each runs once, with the holds of the new schedule',
    },
    {
      find: 'if (known?.cronTime === cronTime) return known.task;',
      replace: 'if (known) return known.task;',
      suites: ['changed-schedules.spec'],
      scenario: 'counts for calls of TaskLockService, too',
    },
  ],
};

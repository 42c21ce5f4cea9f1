// Each entry breaks rescheduled-tasks.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'schedules that change while the application runs': [
    {
      find: 'Math.max(after, since - 1)',
      replace: 'after',
      suites: ['changed-schedules.spec'],
      scenario: 'a schedule that is changed makes no tick missed that it names before the change',
    },
    {
      find: 'return { ...task, ...settings, schedule };',
      replace: 'return { ...task, schedule };',
      suites: ['changed-schedules.spec'],
      scenario: 'gives "report" its ticks, and each runs once, with the holds of the new schedule',
    },
    {
      find: 'let task = known.byTime.get(cronTime);',
      replace: 'let task = known.last === declared ? known.byTime.get(cronTime) : known.last;',
      suites: ['changed-schedules.spec'],
      scenario: 'counts for calls of TaskLockService, too',
    },
  ],
};

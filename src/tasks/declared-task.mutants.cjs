// Each entry breaks declared-task.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'declared tasks': [
    {
      find: '(schedule.isDisabled || !isFired)',
      replace: 'schedule.isDisabled',
      suites: ['declared-tasks.spec'],
      scenario: 'as disabled where nothing fires its schedule',
    },
    {
      find: "isScheduled: schedule?.kind === 'cron',",
      replace: 'isScheduled: schedule !== undefined,',
      suites: ['declared-tasks.spec'],
      scenario: 'each minute',
    },
  ],
};

// Each entry breaks pause.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'all tasks are not a task that is called all': [
    {
      find: "task !== 'all' ||",
      replace: 'true ||',
      suites: ['cli-verbs.spec'],
      scenario: 'all hints at --all where no task has that name',
    },
    {
      find: "task !== 'all' ||",
      replace: '',
      suites: ['cli-verbs.spec'],
      scenario: 'all hints at --all where no task has that name',
    },
  ],
};

// Each entry breaks prometheus.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a task has its alert rules whether or not it is paused when they are printed': [
    {
      find: 'schedule !== null)',
      replace: 'state !== "paused")',
      suites: ['cli-alerts.spec'],
      scenario: 'a task that is paused while the rules are printed',
    },
  ],
  'a task that never succeeded has a rule that fires': [
    {
      find: '`or sum(${failures} offset ${seconds(silence)}) > 0 and on () max(task_lock_paused${of}) == 0 ` +',
      replace:
        '`or sum(${failures} offset ${seconds(silence)}) > 1e9 and on () max(task_lock_paused${of}) == 0 ` +',
      suites: ['cli-alerts.spec'],
    },
  ],
};

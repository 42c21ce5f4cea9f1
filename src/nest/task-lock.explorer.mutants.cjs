// Each entry breaks task-lock.explorer.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  recovery: [{ find: '      leftBehind.watch(task);\n', replace: '', suites: ['recovery.spec'] }],
  'what nothing may fire': [
    {
      find: 'if (!task.schedule || !this.scheduler.fires(task.schedule)) continue;',
      replace: '',
      suites: ['missed-ticks.spec'],
    },
  ],
  requests: [
    {
      find: '      leftBehind.add(task, method);\n',
      replace:
        '      if (task.schedule && this.scheduler.fires(task.schedule)) leftBehind.add(task, method);\n',
      suites: ['wiring/requests.spec'],
    },
  ],
  'direct calls and ticks': [
    {
      find: 'if (task.schedule) markDirectCalls(instances, key);',
      replace: '',
      suites: ['direct-calls.spec'],
    },
  ],
};

// Each entry breaks task-lock.explorer.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  recovery: [
    {
      find: '      leftBehind.watch(task);\n',
      replace: '',
      suites: ['recovery.spec'],
      scenario: 'runs the same tick again on a replica that starts later, and says so',
    },
  ],
  'what nothing may fire': [
    {
      find: 'if (!task.schedule || !this.scheduler.fires(task.schedule)) continue;',
      replace: '',
      suites: ['missed-ticks.spec'],
      scenario: 'are the ticks of a replica that is told not to schedule',
    },
  ],
  requests: [
    {
      find: '      leftBehind.add(task, method);\n',
      replace:
        '      if (task.schedule && this.scheduler.fires(task.schedule)) leftBehind.add(task, method);\n',
      suites: ['wiring/requests.spec'],
      scenario: 'leaves the tick that a dead run owes to its recovery',
    },
  ],
  'direct calls and ticks': [
    {
      find: 'if (task.schedule) markDirectCalls(instances, key);',
      replace: '',
      suites: ['direct-calls.spec'],
      scenario: 'while it is idle runs, with its arguments, and returns its value',
    },
  ],
};

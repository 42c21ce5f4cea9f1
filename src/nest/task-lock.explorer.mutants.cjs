// Each entry breaks task-lock.explorer.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'declared tasks': [
    {
      find: 'this.core.registry.exploreBy(() => this.explore());',
      replace: '',
      suites: ['declared-tasks.spec'],
      scenario: 'anew where a module was loaded later',
    },
  ],
  recovery: [
    {
      find: '      leftBehind.watch(task, () => this.scheduler.fires(task));\n',
      replace: '',
      suites: ['recovery.spec'],
      scenario: 'runs the same tick again on a replica that starts later, and says so',
    },
  ],
  'what nothing may fire': [
    {
      find: ' || !this.scheduler.sets(task.schedule)',
      replace: '',
      suites: ['task-cron.spec'],
      scenario: 'is anything in a replica that is told not to schedule',
    },
    {
      find: '() => this.scheduler.fires(task)',
      replace: '() => true',
      suites: ['missed-ticks.spec'],
      scenario: 'a tick is not caught up on while the application has stopped its job',
    },
  ],
  requests: [
    {
      find: '      leftBehind.add(task, method);\n',
      replace: '      if (task.schedule && this.scheduler.fires(task)) leftBehind.add(task, method);\n',
      suites: ['wiring/requests.spec'],
      scenario: 'leaves the tick that a dead run owes to its recovery',
    },
  ],
  'two timers of one name': [
    {
      find: '...ofTimers',
      replace: '',
      suites: ['start-up-errors.spec'],
      scenario: 'with two timers of one name by @Interval',
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
  'providers that lead': [
    {
      find: 'for (const { call, methods } of this.leaders) this.core.leaders.begin(call, methods);',
      replace: '',
      suites: ['leader-providers.spec'],
      scenario:
        'leads from the end of the start to the shutdown, which hands over before the database is closed',
    },
    {
      find: 'this.core.leaders.declared = declaredLeaders(this.leaders);',
      replace: '',
      suites: ['leader-providers.spec'],
      scenario: 'is a declared task for operators, which is running where it leads, and cannot be triggered',
    },
  ],
};

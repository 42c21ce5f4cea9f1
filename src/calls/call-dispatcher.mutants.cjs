// Each entry breaks call-dispatcher.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  '4 a tick runs once, whatever the clocks': [
    {
      find: 'schedule.tickAt(now, interval)',
      replace: "{ kind: 'scheduled', scheduledTime: new Date(now) }",
      suites: ['simulated-days.spec'],
      scenario: 'a task that is polled hourly and runs daily runs',
    },
  ],
  'clocks that are set': [
    {
      find: 'this.reported.add(task);',
      replace: '',
      suites: ['wiring/clock-change.spec'],
      scenario: 'the next such firing is skipped without a word',
    },
  ],
  'direct calls and ticks': [
    {
      find: '(job !== undefined && job === this.scheduler.jobNameOf(task)) || ',
      replace: '',
      suites: ['changed-schedules.spec'],
      scenario: 'fires ticks of its own schedule, and each runs once',
    },
    {
      find: '!this.scheduled.has(instance) || ',
      replace: '',
      suites: ['scopes.spec'],
      scenario: 'has no ticks: the scheduler does not fire it, and its calls are direct ones',
    },
    {
      find: ' || !this.scheduler.mayTick()',
      replace: '',
      suites: ['direct-calls.spec'],
      scenario: 'a direct call before the schedule runs',
    },
    {
      find: 'this.scheduled.add(instance);',
      replace: '',
      suites: ['schedule-decorators.spec'],
      scenario: 'the scheduler runs a method under its lock',
    },
  ],
  'the work of a method ends before its lock is released': [
    {
      find: 'if (!isObservable(returned)) return returned;',
      replace: 'return returned;',
      suites: ['wiring/decorator-errors.spec'],
      scenario: 'an Observable that is returned at run time rejects, and says what to return',
    },
  ],
};

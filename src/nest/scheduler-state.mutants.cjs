// Each entry breaks scheduler-state.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'direct calls and ticks': [
    {
      find: 'return asScheduler(start);',
      replace: 'return start();',
      suites: ['direct-calls.spec'],
      scenario: 'a timer that fires while other modules still start is a tick, and a call of theirs is none',
    },
    {
      find: ' || this.isWatched',
      replace: '',
      suites: ['changed-schedules.spec'],
      scenario:
        'a direct call before the start takes no tick, though a job of the application is there already',
    },
    {
      find: ' || isByScheduler()',
      replace: '',
      suites: ['changed-schedules.spec'],
      scenario: 'fires its tick, and no direct call',
    },
    {
      find: 'if (registry) this.clock?.[FIRES_SCHEDULE]?.(registry, starter);',
      replace: '',
      suites: ['wiring/manual-clock.spec'],
      scenario: 'fires each schedule at its instants',
    },
  ],
};

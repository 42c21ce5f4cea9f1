// Each entry breaks scheduler-state.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'direct calls and ticks': [
    {
      find: ' || this.isStarting',
      replace: '',
      suites: ['changed-schedules.spec'],
      scenario: 'fires its tick, and no direct call',
    },
  ],
};

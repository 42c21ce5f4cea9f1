// Each entry breaks call-dispatcher.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  '4 a tick runs once, whatever the clocks': [
    {
      find: 'schedule.tickAt(now, interval)',
      replace: "{ kind: 'scheduled', scheduledTime: new Date(now) }",
      suites: ['simulated-days.spec'],
    },
  ],
  'direct calls and ticks': [
    { find: '!this.scheduled.has(instance) || ', replace: '', suites: ['scopes.spec'] },
    { find: ' || !this.mayTick()', replace: '', suites: ['direct-calls.spec'] },
    { find: 'this.scheduled.add(instance);', replace: '', suites: ['schedule-decorators.spec'] },
  ],
};

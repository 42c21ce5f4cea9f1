// Each entry breaks running-locks.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'what made a run': [
    {
      find: "recovering ? ('recovery' as const) : claim.trigger",
      replace: 'claim.trigger',
      suites: ['unit/events.spec'],
      scenario: 'hears what made the run: recovery, claimed as tick',
    },
  ],
  'a replica that runs the task answers by itself, while it holds': [
    {
      find: 'return lock?.isHeld() ? lock : undefined;',
      replace: 'return lock;',
      suites: ['task-locks-running.spec'],
      scenario: 'asks the store again once the maximum hold has passed, though the method has not settled',
    },
  ],
};

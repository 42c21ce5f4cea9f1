// Each entry breaks messages.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a tick of this moment is not missed': [
    {
      find: 'now - scheduledTime.getTime() > inTime',
      replace: 'true',
      suites: ['messages.spec'],
      scenario: 'ms after it was due: it runs in time',
    },
  ],
  'missed ticks': [
    {
      find: "if (status === 'done' || !hasOlder) return undefined;",
      replace: 'return undefined;',
      suites: ['task-locks.spec'],
      scenario: 'that overtakes ticks which no replica ran says that they are dropped',
    },
  ],
};

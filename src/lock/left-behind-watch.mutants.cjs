// Each entry breaks left-behind-watch.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'missed ticks': [
    {
      find: "if ((recover || instants) && tick.kind !== 'call')",
      replace: "if (recover && tick.kind !== 'call')",
      suites: ['missed-ticks.spec'],
      scenario: 'runs when it is up again, on a replica that was there all the time',
    },
  ],
};

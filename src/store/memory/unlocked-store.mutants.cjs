// Each entry breaks unlocked-store.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'what nothing may fire': [
    {
      find: "if (tick.kind === 'abandoned' || mayBeLeftBehind)",
      replace: "if (tick.kind === 'abandoned')",
      suites: ['missed-ticks.spec'],
      scenario: 'are those of tasks that run unlocked: each start would run them',
    },
  ],
  'what a store can do is asked of the store itself': [
    {
      find: '    return true;\n',
      replace: '    return false;\n',
      suites: ['transactions.spec'],
      scenario: 'commits where the lock is turned off',
    },
  ],
};

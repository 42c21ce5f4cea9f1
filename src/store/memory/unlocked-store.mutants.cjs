// Each entry breaks unlocked-store.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  'what nothing may fire': [
    {
      find: "if (tick.kind === 'abandoned' || mayBeLeftBehind)",
      replace: "if (tick.kind === 'abandoned')",
      suites: ['missed-ticks.spec'],
    },
  ],
  'what a store can do is asked of the store itself': [
    { find: '    return true;\n', replace: '    return false;\n', suites: ['transactions.spec'] },
  ],
};

// Each entry breaks wait-policy.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  'calls that overlap': [
    {
      find: "if (reason !== 'held' || waited >= patience) return undefined;",
      replace: 'return undefined;',
      suites: ['overlap.spec'],
    },
    {
      find: 'Math.min(timeout, Math.max(patience - waited, SHORTEST_TIMEOUT))',
      replace: 'timeout',
      suites: ['overlap.spec'],
    },
  ],
};

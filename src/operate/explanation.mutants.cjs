// Each entry breaks explanation.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
const suites = ['unit/explanation.spec'];

module.exports = {
  'why a task runs or does not': [
    {
      find: "lock.isTakenAway ? 'and is renewed no more' : 'which it renews'",
      replace: "'which it renews'",
      suites,
    },
  ],
};

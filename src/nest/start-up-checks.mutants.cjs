// Each entry breaks start-up-checks.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'what a store can do is asked of the store itself': [
    {
      find: 'if (requests) {',
      replace: 'if (true) {',
      suites: ['wiring/requests.spec'],
      scenario: 'a store that takes no requests is told at start-up with a task that needs them',
    },
  ],
  'everything that is wrong is reported in one error': [
    {
      find: 'if (problem instanceof LockStoreUnavailableError) return',
      replace: 'if (problem) return',
      suites: ['start-up-access.spec'],
      scenario: 'several, on both tables, in one error',
    },
  ],
  'two copies of the module are named': [
    {
      find: 'copies === 1',
      replace: 'copies > 0',
      suites: ['wiring/two-copies.spec'],
      scenario: 'TaskLockModule of both copies is an error that says so',
    },
  ],
};

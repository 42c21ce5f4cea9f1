// Each entry breaks lock-acquirer.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a lock that is not acquired': [
    {
      find: '    skippedOrThrown(call, lock);\n',
      replace: '',
      suites: ['unit/acquire.spec'],
      scenario: 'throws a TaskLockTimeoutError where it is not free by then',
    },
  ],
};

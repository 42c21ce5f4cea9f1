// Each entry breaks transaction-end.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  requests: [
    {
      find: '!runner.isTransactionActive || runner.isReleased',
      replace: 'true',
      suites: ['unit/publisher.spec'],
    },
    { find: ' || runner.isReleased', replace: '', suites: ['unit/publisher.spec'] },
    { find: 'callbacks.splice(0)', replace: 'callbacks', suites: ['transaction-end.spec'] },
  ],
};

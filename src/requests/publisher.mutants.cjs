// Each entry breaks publisher.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  requests: [
    {
      find: 'whenTransactionEnds(manager?.queryRunner, () => {',
      replace: 'whenTransactionEnds(undefined, () => {',
      suites: ['unit/publisher.spec'],
    },
  ],
};

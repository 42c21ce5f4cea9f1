// Each entry breaks publisher.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  requests: [
    {
      find: 'this.transactions.whenEnded(manager?.queryRunner, () => {',
      replace: 'this.transactions.whenEnded(undefined, () => {',
      suites: ['request-publisher.spec'],
      scenario: 'is looked for when that has ended, and not before: it could not be seen',
    },
    {
      find: 'return lane.isFree ? lane.take() : undefined;',
      replace: 'return lane.take();',
      suites: ['wiring/requests.spec'],
      scenario: 'of calls in one turn the first runs, and the last comes last',
    },
  ],
};

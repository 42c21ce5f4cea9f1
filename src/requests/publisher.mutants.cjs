// Each entry breaks publisher.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  requests: [
    {
      find: 'this.transactions.whenEnded(manager?.queryRunner, () => {',
      replace: 'this.transactions.whenEnded(undefined, () => {',
      suites: ['request-publisher.spec'],
    },
    {
      find: 'return lane.isFree ? lane.take() : undefined;',
      replace: 'return lane.take();',
      suites: ['wiring/requests.spec'],
    },
  ],
};

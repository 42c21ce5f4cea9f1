// Each entry breaks lease-renewal.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  'the lease is renewed, and lost in time': [
    {
      find: "if (answer?.status === 'renewed') return this.lock.renewed(sentAt, lease);",
      replace: "if (answer?.status === 'renewed') return this.lock.renewed(instantOf(this.clock), lease);",
      suites: ['lease-renewal.spec'],
    },
    {
      find: "if (answer?.status === 'lost' && this.lock.isOpen) return this.lock.lose('taken');",
      replace: '',
      suites: ['lease-renewal.spec'],
    },
    { find: 'return this.underWay;', replace: 'return Promise.resolve();', suites: ['lease-renewal.spec'] },
  ],
  'a renewal that hangs': [
    {
      find: 'Math.min(this.patience, lease / RENEWALS_A_LEASE)',
      replace: 'this.patience',
      suites: ['lease-renewal.spec'],
    },
  ],
};

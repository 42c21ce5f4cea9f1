// Each entry breaks held-lock.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  'the lease is renewed, and lost in time': [
    {
      find: 'return Math.min(this.holdLeft(), this.leaseLeft(this.leasedAt, this.lease));',
      replace: 'return this.holdLeft();',
      suites: ['lease-renewal.spec', 'held-lock.spec'],
    },
    {
      find: 'if (!this.settled && this.timeLeft() <= 0) this.lose(this.endsBy());',
      replace: '',
      suites: ['held-lock.spec'],
    },
  ],
};

// Each entry breaks held-lock.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'the lease is renewed, and lost in time': [
    {
      find: 'return Math.min(this.holdLeft(), this.leaseLeft(this.leasedAt, this.lease));',
      replace: 'return this.holdLeft();',
      suites: ['lease-renewal.spec'],
      scenario: 'renews at each third of it, with its token, and holds on',
    },
    {
      find: 'if (!this.settled && this.timeLeft() <= 0) this.lose(this.endsBy());',
      replace: '',
      suites: ['held-lock.spec'],
      scenario: 'assertHeld reads the clocks, throws, and aborts the signal',
    },
  ],
};

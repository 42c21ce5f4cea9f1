// Each entry breaks lease-renewal.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'the lease is renewed, and lost in time': [
    {
      find: "if (answer?.status === 'renewed') return this.lock.renewed(sentAt, lease);",
      replace: "if (answer?.status === 'renewed') return this.lock.renewed(instantOf(this.clock), lease);",
      suites: ['lease-renewal.spec'],
      scenario: 'holds from when it was sent, and not from when its answer came',
    },
    {
      find: "if (answer?.status === 'lost' && this.lock.isOpen) return this.lock.lose('taken');",
      replace: '',
      suites: ['lease-renewal.spec'],
      scenario: 'that matches no row is a loss: the signal aborts at once and says why',
    },
    {
      find: 'return this.underWay;',
      replace: 'return Promise.resolve();',
      suites: ['lease-renewal.spec'],
      scenario: 'under way is settled before the release is sent',
    },
  ],
  'a renewal that hangs': [
    {
      find: 'Math.min(this.answerTimeout, this.lock.state.lease / RENEWALS_A_LEASE)',
      replace: 'this.answerTimeout',
      suites: ['lease-renewal.spec'],
      scenario:
        'that hangs leaves time for another one, also where the lease is no longer than the claim timeout',
    },
    {
      find: 'this.lock.state.lease / RENEWALS_A_LEASE)',
      replace: 'lease / RENEWALS_A_LEASE)',
      suites: ['lease-renewal.spec'],
      scenario: 'by next to nothing leaves the database its time to answer',
    },
  ],
};

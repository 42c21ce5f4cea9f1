// Each entry breaks lease-renewal.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'the lease is renewed, and lost in time': [
    {
      find: 'this.lock.renewed(sentAt, lease);',
      replace: 'this.lock.renewed(instantOf(this.clock), lease);',
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
  'a cancel is heard within a third of a lease': [
    {
      find: 'if (this.lock.holdLeft() <= delay) return;',
      replace: 'if (this.lock.holdLeft() <= this.lock.timeLeft()) return;',
      suites: ['lease-renewal.spec'],
      scenario:
        'renews also where the lease reaches to the maximum hold: it would not hear that it is cancelled',
    },
    {
      find: 'lease / RENEWALS_A_LEASE - elapsedSince(this.clock, this.renewedAt)',
      replace: 'this.lock.timeLeft() - lease + lease / RENEWALS_A_LEASE',
      suites: ['lease-renewal.spec'],
      scenario: 'does not put off the next renewal: a cancel is heard within a third of a lease',
    },
    {
      find: 'if (cancelled) this.lock.cancel(cancelled);',
      replace: 'void cancelled;',
      suites: ['lease-renewal.spec'],
      scenario: 'comes with a renewal: the signal aborts, and the run keeps and renews its lock',
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

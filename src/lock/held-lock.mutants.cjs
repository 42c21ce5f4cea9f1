// Each entry breaks held-lock.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a long run is warned about': [
    {
      find: 'this.isLong || shortFor >= timeLeft',
      replace: 'true',
      suites: ['long-runs.spec'],
      scenario: 'is a warning: since when it runs',
    },
    {
      find: '      this.cancelDeadline = this.watchDeadline();\n      this.listener',
      replace: '      this.listener',
      suites: ['long-runs.spec'],
      scenario: 'is warned about also where its lease reaches to the maximum hold, and is not renewed',
    },
    {
      find: '      this.expire();\n      if (!this.isOpen) return;\n',
      replace: '',
      suites: ['long-runs.spec'],
      scenario: 'is given by a process that wakes up after the maximum hold',
    },
    {
      find: 'interval < maxHold ? interval',
      replace: 'interval > 0 ? interval',
      suites: ['long-runs.spec'],
      scenario: 'is warned about after half of its maximum hold',
    },
  ],
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

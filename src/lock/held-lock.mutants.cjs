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
      scenario: 'is warned about also where no renewal is due before its maximum hold',
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
  'a cancel is no loss': [
    {
      find: 'if (this.cancellation || !this.isOpen) return;',
      replace: 'if (this.cancellation) return;',
      suites: ['held-lock.spec'],
      scenario: 'too late, after its end or its loss, nothing happens',
    },
    {
      find: 'this.cancellation ?? this.loss;',
      replace: 'this.loss;',
      suites: ['held-lock.spec'],
      scenario: 'code that reads the signal later finds it aborted',
    },
    {
      find: 'this.loss ?? this.cancellation;',
      replace: 'this.loss;',
      suites: ['held-lock.spec'],
      scenario: 'assertHeld throws the same, and the lock is held all the same: nothing is lost',
    },
    {
      find: '    this.abortion?.abort(this.cancellation);\n',
      replace: "    this.lose('taken');\n",
      suites: ['held-lock.spec'],
      scenario: 'assertHeld throws the same, and the lock is held all the same: nothing is lost',
    },
  ],
  'the lease is renewed, and lost in time': [
    {
      find: 'return Math.min(this.holdLeft(), this.leaseLeft(this.leasedAt, this.lease));',
      replace: 'return this.holdLeft();',
      suites: ['lease-renewal.spec'],
      scenario: 'holds from when it was sent, and not from when its answer came',
    },
    {
      find: 'if (!this.settled && this.timeLeft() <= 0) this.lose(this.endsBy());',
      replace: '',
      suites: ['held-lock.spec'],
      scenario: 'assertHeld reads the clocks, throws, and aborts the signal',
    },
  ],
};

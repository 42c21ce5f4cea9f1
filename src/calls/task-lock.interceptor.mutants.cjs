// Each entry breaks task-lock.interceptor.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  '8 release and renew': [
    {
      find: 'const end = await this.locks.release(lock, outcome, message);\n      ended?.(end);',
      replace: '',
      suites: ['task-lock-service.spec'],
      scenario: 'executed, with the value of the work',
    },
  ],
  'calls that overlap': [
    {
      find: "if (isTick(call) || overlap === 'skip' || overlap === 'bufferOne') return skipped;",
      replace: "if (overlap === 'skip' || overlap === 'bufferOne') return skipped;",
      suites: ['overlap.spec'],
      scenario: 'are skipped as always',
    },
    {
      find: "if (skipped.reason !== 'held') throw",
      replace: "if (skipped.reason !== 'held') return skipped; else if (false) throw",
      suites: ['overlap.spec'],
      scenario: 'gives up soon after waitTimeout also where the database gives no answer',
    },
  ],
  requests: [
    {
      find: 'serves: (served ?? operated) && method?.declaration,',
      replace: '',
      suites: ['wiring/requests.spec'],
      scenario: 'a request runs under the lock that it was written for, and under no other',
    },
    {
      find: "if (error instanceof ReturnedClaim) outcome = 'returned';\n      else message",
      replace: 'message',
      suites: ['wiring/requests.spec'],
      scenario: 'starts no minimum hold',
    },
  ],
  'direct calls and ticks': [
    {
      find: 'if (!outer) return this.claimAndRun(call, method);',
      replace: 'if (!outer || outer.run) return this.claimAndRun(call, method);',
      suites: ['super-calls.spec'],
      scenario: 'runs its super call under the lock that it holds',
    },
  ],
};

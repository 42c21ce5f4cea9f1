// Each entry breaks task-lock.interceptor.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  '8 release and renew': [
    {
      find: 'await this.locks.release(lock, outcome, message);',
      replace: '',
      suites: ['task-lock-service.spec'],
    },
  ],
  'calls that overlap': [
    {
      find: "if (isTick(call) || overlap === 'skip' || overlap === 'bufferOne') return skipped;",
      replace: "if (overlap === 'skip' || overlap === 'bufferOne') return skipped;",
      suites: ['overlap.spec'],
    },
    {
      find: "if (skipped.reason !== 'held') throw",
      replace: "if (skipped.reason !== 'held') return skipped; else if (false) throw",
      suites: ['overlap.spec'],
    },
  ],
  requests: [
    { find: 'serves: served && method?.declaration,', replace: '', suites: ['wiring/requests.spec'] },
    {
      find: "if (error instanceof ReturnedClaim) outcome = 'returned';\n      else message",
      replace: 'message',
      suites: ['wiring/requests.spec'],
    },
  ],
  'direct calls and ticks': [
    {
      find: 'if (!outer) return this.claimAndRun(call, method);',
      replace: 'if (!outer || outer.run) return this.claimAndRun(call, method);',
      suites: ['super-calls.spec'],
    },
  ],
};

// Each entry breaks operating-fallback.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'operating never costs a lock': [
    {
      find: 'if (!isUnanswered && !isMetByConflict && !mayComeFromTable(error)) throw error;',
      replace: 'throw error;',
      suites: ['operating-costs-no-lock.spec'],
      scenario: 'task_lock_run refuses each row',
    },
    {
      find: '{ ...full(), doubt: this.doubt }',
      replace: 'full()',
      suites: ['operating-fallback.spec'],
      scenario: 'and does not answer within a second, its connection is closed and the twin is sent',
    },
    {
      find: 'isConflict(error) && this.part.yieldsToConflicts === true',
      replace: 'false',
      suites: ['operating-costs-no-lock.spec'],
      scenario: 'task_lock_run meets a conflict each time',
    },
    {
      find: 'if (!this.isOff && !this.probing) void this.lookAgain();\n    return false;',
      replace: 'return true;',
      suites: ['operating-fallback.spec'],
      scenario: 'the twin is sent at once, and alone from then on: 42501',
    },
    {
      find: 'if (this.isOff) return;',
      replace: '',
      suites: ['operating-fallback.spec'],
      scenario: 'statements that fail together are one log line',
    },
    {
      find: 'isMissing ? Infinity : this.clock',
      replace: 'this.clock',
      suites: ['operating-fallback.spec'],
      scenario: 'it is never probed where it is missing: only a start looks again',
    },
    {
      find: 'this.probing ??= this.runner',
      replace: 'this.probing = this.runner',
      suites: ['operating-fallback.spec'],
      scenario: 'statements without an answer share one probe',
    },
    {
      find: 'if (problem === undefined) this.offUntil = -Infinity;',
      replace: 'if (problem === undefined) return;',
      suites: ['operating-fallback.spec'],
      scenario: 'after a minute a probe that nobody waits for decides whether it is used again',
    },
  ],
  'operating costs one statement, once': [
    {
      find: 'isFull = this.isOn();',
      replace: 'isFull = true;',
      suites: ['operating-costs-no-lock.spec'],
      scenario: 'task_lock_control is locked, and twenty runs share a pool of two connections',
    },
    {
      find: 'return !this.probing;',
      replace: 'return true;',
      suites: ['operating-fallback.spec'],
      scenario: 'what has waited for a connection goes without it while it is probed',
    },
    {
      find: 'if (mayComeFromTable(error)) this.turnOff(error);\n          return',
      replace: 'return',
      suites: ['operating-fallback.spec'],
      scenario: 'it is left out as soon as a probe has failed: the twin may wait for a connection',
    },
  ],
  'a pause holds': [
    {
      find: '!(await this.isAtFault())',
      replace: '((await this.isAtFault()), false)',
      suites: ['operating-fallback.spec'],
      scenario: 'and is given up after the time of every statement, without a twin',
    },
    {
      find: 'if (this.offUntil === -Infinity) await this.probing;',
      replace: '',
      suites: ['operating-fallback.spec'],
      scenario: 'what comes while it is probed waits for what is found',
    },
    {
      find: 'if (mayComeFromTable(error)) this.turnOff(error);\n          return',
      replace: 'this.turnOff(error);\n          return',
      suites: ['operating-fallback.spec'],
      scenario:
        'a statement without an answer has no twin where the server is not reached by the probe either',
    },
  ],
  'a slow server has time to answer': [
    {
      find: '(await this.probe()) !== undefined',
      replace: 'Promise.resolve(true)',
      suites: ['operating-fallback.spec'],
      scenario: 'a slow server has its time to answer, and what comes meanwhile uses the table',
    },
  ],
  'what may have been won goes back': [
    {
      find: 'if (isUnanswered && !isWhole(rows)) throw error;',
      replace: '',
      suites: ['operating-fallback.spec'],
      scenario: 'so an answer of its twin that is not the whole is an error that says so',
    },
    {
      find: 'if (!isUnanswered || !(error instanceof LockStoreUnavailableError) || error.sent) throw error;',
      replace: 'throw error;',
      suites: ['operating-fallback.spec'],
      scenario: 'so it counts as sent where its twin is not',
    },
  ],
};

// Each entry breaks acquired-lock.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a lock that is held by hand': [
    {
      find: 'return (this.releasing ??= this.end());',
      replace: 'return this.end();',
      suites: ['unit/acquire.spec'],
      scenario: 'is released once, however often that is asked, and each waits for the answer',
    },
    {
      find: 'isCancelled || isAborted',
      replace: 'isAborted',
      suites: ['unit/acquire.spec'],
      scenario: 'tells that an operator cancelled it, and has ended so',
    },
    {
      find: 'isCancelled || isAborted',
      replace: 'isCancelled',
      suites: ['unit/acquire.spec'],
      scenario: 'aborts it after shutdownTimeout, and it has ended so',
    },
    {
      find: '    this.released();\n',
      replace: '',
      suites: ['unit/acquire.spec'],
      scenario: 'lets requests run that waited for it',
    },
  ],
};

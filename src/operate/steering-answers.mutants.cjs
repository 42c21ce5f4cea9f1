// Each entry breaks steering-answers.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a lease without an end is free only where two may run': [
    {
      find: "'the lock is free only where its lease ends at once, and two may run then'",
      replace: "'the lock is free at that time'",
      suites: ['unit/task-lock-operator.spec'],
      scenario: 'a release of a lease without an end says that two may run',
    },
  ],
};

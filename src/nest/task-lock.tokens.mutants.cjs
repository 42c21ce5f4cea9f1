// Each entry breaks task-lock.tokens.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a test overrides the store of any copy': [
    {
      find: `Symbol.for('nestjs-task-lock: store')`,
      replace: `Symbol('nestjs-task-lock: store')`,
      suites: ['wiring/two-copies.spec'],
      scenario: 'overrides its store in a test',
    },
  ],
};

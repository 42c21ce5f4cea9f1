// Each entry breaks task-lock.decorator.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'an Observable is known by its shape': [
    {
      find: `typeof subscribe === 'function' && typeof pipe === 'function'`,
      replace: `typeof subscribe === typeof pipe && type.name === 'Observable'`,
      suites: ['wiring/decorator-errors.spec'],
      scenario: 'on one that is declared to return an Observable of another copy of rxjs, as in a bundle',
    },
  ],
};

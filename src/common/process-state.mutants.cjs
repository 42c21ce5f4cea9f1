// Each entry breaks process-state.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'copies that share something else are refused': [
    {
      find: '!== CONTRACT',
      replace: '=== undefined',
      suites: ['unit/process-state.spec'],
      scenario: 'a copy of a version that shares something else is refused when it is loaded: 99',
    },
  ],
};

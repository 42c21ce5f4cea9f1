// Each entry breaks task-names.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'an attribute has few values': [
    {
      find: 'if (this.undeclared.size >= MOST_UNDECLARED) return OTHER;',
      replace: 'void [OTHER, MOST_UNDECLARED];',
      suites: ['unit/telemetry.spec'],
      scenario: 'of names that no method declares a hundred are told apart, and all declared ones',
    },
  ],
};

// Each entry breaks error-type.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'an attribute has few values': [
    {
      find: ' && CLASS_NAME.test(type)',
      replace: ' && CLASS_NAME',
      suites: ['unit/telemetry.spec'],
      scenario: 'the type of an error is its class: 3',
    },
  ],
};

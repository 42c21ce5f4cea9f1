// Each entry breaks condition.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a condition that is not true keeps the method from running': [
    {
      find: "return typeof value === 'boolean'\n        ? value\n",
      replace: "return typeof value === 'boolean' || value\n        ? Boolean(value)\n",
      suites: ['unit/conditions.spec'],
      scenario: 'one that returns a text, like that of a variable',
    },
    {
      find: 'await within(this.clock, this.timeout, answer)',
      replace: 'await answer',
      suites: ['unit/conditions.spec'],
      scenario: 'one that never settles, after the claim timeout',
    },
  ],
};

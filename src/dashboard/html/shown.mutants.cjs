// Each entry breaks shown.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a text of somebody else hides nothing, and turns no direction': [
    {
      find: String.raw`\u202a-\u202e`,
      replace: '',
      suites: ['dashboard-html.spec'],
      scenario: 'is shown as',
    },
    {
      find: 'DIRECTIONLESS.test(text)',
      replace: 'true',
      suites: ['dashboard-html.spec'],
      scenario: 'is isolated',
    },
  ],
};

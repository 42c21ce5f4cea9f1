// Each entry breaks release.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'only a refused release of the living run that was meant names the other ways': [
    {
      find: 'answer.running?.fence === fence',
      replace: 'answer.running !== null',
      suites: ['cli-verbs.spec'],
      scenario: 'a refused release names the option and the verb that go further',
    },
  ],
};

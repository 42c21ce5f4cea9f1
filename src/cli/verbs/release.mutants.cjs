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
  'a lock that is free is free at once': [
    {
      find: "out.isPast(answer.freeAt) ? 'at once' : out.time(answer.freeAt)",
      replace: 'out.time(answer.freeAt)',
      suites: ['cli-verbs.spec'],
      scenario: 'after the release of a dead run the next one can begin at once',
    },
  ],
  'a forced release ends no method': [
    {
      find: 'force && !wasDead ?',
      replace: 'force && false ?',
      suites: ['cli-verbs.spec'],
      scenario: 'a forced release says that a method which ignores its signal goes on',
    },
  ],
};

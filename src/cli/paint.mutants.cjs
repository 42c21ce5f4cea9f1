// Each entry breaks paint.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'colours are for terminals, and never there with NO_COLOR': [
    {
      find: "Boolean(env['NO_COLOR']) || ",
      replace: '',
      suites: ['cli-text.spec'],
      scenario: 'is never there with',
    },
    {
      find: 'isTerminal && !isUnwanted',
      replace: '!isUnwanted',
      suites: ['cli-text.spec'],
      scenario: 'is for terminals',
    },
  ],
};

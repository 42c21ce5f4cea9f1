// Each entry breaks own-words.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'errors are in the words of the command line': [
    {
      find: String.raw`    .replace(/\b(with) force\b/gi, '$1 --force')` + '\n',
      replace: '',
      suites: ['cli-verbs.spec'],
      scenario: 'a refusal names the options and verbs of the command line',
    },
    {
      find: '`--${kebab(option)}`',
      replace: 'option',
      suites: ['cli-verbs.spec'],
      scenario: 'of an option name it as it is written here',
    },
  ],
};

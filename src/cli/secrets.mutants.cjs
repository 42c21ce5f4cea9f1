// Each entry breaks secrets.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'no password is printed': [
    {
      find: '.replace(CREDENTIALS, `$1:${HIDDEN}@`)',
      replace: '',
      suites: ['cli-text.spec'],
      scenario: 'are hidden to the last @',
    },
    {
      find: '.replace(MISTYPED, `$1${HIDDEN}@`)',
      replace: '',
      suites: ['cli-text.spec'],
      scenario: 'are hidden in the mistyped URL',
    },
    {
      find: 'hidden = hidden.replaceAll(password, HIDDEN);',
      replace: 'hidden = hidden.replace(password, password);',
      suites: ['cli-verbs.spec'],
      scenario: 'the password is in no output with',
    },
    {
      find: '[each, encodeURIComponent(each)]',
      replace: '[each]',
      suites: ['cli-text.spec'],
      scenario: 'that this connection uses are hidden as they are written and encoded',
    },
    {
      find: 'hidden = hidden.replace(asWord(password), HIDDEN);',
      replace: 'hidden = hidden.replaceAll(password, HIDDEN);',
      suites: ['cli-text.spec'],
      scenario: 'is hidden in a sentence where it is no part of a word',
    },
  ],
};

// Each entry breaks plain.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'texts of others can neither move the cursor nor begin a line': [
    {
      find: 'stripVTControlCharacters(text)',
      replace: 'text',
      suites: ['cli-text.spec'],
      scenario: 'becomes "red"',
    },
    {
      find: String.raw`\p{Cc}\u2028`,
      replace: String.raw`\u2028`,
      suites: ['cli-text.spec'],
      scenario: 'it can neither move the cursor nor begin a line',
    },
  ],
};

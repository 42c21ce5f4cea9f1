// Each entry breaks wrap.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'what is shown fits the terminal': [
    {
      find: '(?:`[^`]*`|\\S)+',
      replace: '\\S+',
      suites: ['cli-text.spec'],
      scenario: 'commands are not cut in two',
    },
    {
      find: 'if (text.length <= width) return [text];',
      replace: 'return [text];',
      suites: ['cli-verbs.spec'],
      scenario: 'answers and errors are wrapped at its width',
    },
  ],
};

// Each entry breaks inputs.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'an input means one thing': [
    {
      find: '.split(BETWEEN_PARTS)',
      replace: '.split(BETWEEN_PARTS, 1)',
      suites: ['cli-inputs.spec'],
      scenario: '--for takes "1h 30m"',
    },
    {
      find: 'ISO_8601.test(text) ?',
      replace: 'false ?',
      suites: ['cli-inputs.spec'],
      scenario: '--for takes "PT1H30M"',
    },
    {
      find: 'if (HAS_NO_DATE.test(text.trim()))',
      replace: 'if (false)',
      suites: ['cli-inputs.spec'],
      scenario: 'is refused, with how to write it',
    },
  ],
};

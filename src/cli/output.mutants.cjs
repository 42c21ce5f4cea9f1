// Each entry breaks output.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'no password is printed': [
    {
      find: 'isFreeText ? this.secrets.hide(value) : Secrets.hideCredentials(value)',
      replace: 'value',
      suites: ['cli-verbs.spec'],
      scenario: 'the password is in no output with ["-o","json"]',
    },
    {
      find: 'isFreeText ? this.secrets.hide(value) : Secrets.hideCredentials(value)',
      replace: 'this.secrets.hide(value)',
      suites: ['cli-verbs.spec'],
      scenario: 'that is a part of a name leaves the name as it is',
    },
  ],
};

// Each entry breaks output.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'no password is printed': [
    {
      find: 'FOREIGN_TEXTS.has(of) ? this.secrets.hide(value) : Secrets.hideCredentials(value)',
      replace: 'value',
      suites: ['cli-verbs.spec'],
      scenario: 'the password is in no output with ["-o","json"]',
    },
    {
      find: 'FOREIGN_TEXTS.has(of) ? this.secrets.hide(value) : Secrets.hideCredentials(value)',
      replace: 'this.secrets.hide(value)',
      suites: ['cli-verbs.spec'],
      scenario: 'that is a part of a name leaves the name as it is',
    },
  ],
  'a short password leaves our words readable': [
    {
      find: 'if (SENTENCES.has(of)) return this.secrets.hideAmongWords(value);',
      replace: 'if (SENTENCES.has(of)) return this.secrets.hide(value);',
      suites: ['cli-verbs.spec'],
      scenario: 'that is short leaves our own words readable',
    },
    {
      find: 'return plain(this.secrets.hideAmongWords(text));',
      replace: 'return plain(text);',
      suites: ['cli-verbs.spec'],
      scenario: 'that is short leaves our own words readable',
    },
  ],
};

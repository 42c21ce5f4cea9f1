// Each entry breaks reason.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a command that is written wrong is told how to write it': [
    {
      find: 'if (reason?.trim()) return;',
      replace: 'if (reason !== undefined) return;',
      suites: ['cli-verbs.spec'],
      scenario: 'refuse ["pause","x","--reason"," "]',
    },
  ],
};

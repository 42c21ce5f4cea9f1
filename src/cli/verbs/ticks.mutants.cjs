// Each entry breaks ticks.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'what is shown is worth a line': [
    {
      find: 'isAsked ? tickLines(ticks, out) : knownLines(ticks, out)',
      replace: 'tickLines(ticks, out)',
      suites: ['cli-verbs.spec'],
      scenario: 'leaves out by default those that are unknown before all others',
    },
  ],
};

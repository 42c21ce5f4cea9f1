// Each entry breaks trigger.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'exit codes tell what happened': [
    {
      find: "state.status === 'executed' && state.outcome !== 'succeeded' ? EXIT.attention : EXIT.fine",
      replace: 'EXIT.fine',
      suites: ['cli-verbs.spec'],
      scenario: '--wait follows it to',
    },
    {
      find: "if (state.status === 'skipped') return EXIT.refused;",
      replace: '',
      suites: ['cli-verbs.spec'],
      scenario: '--wait follows it to',
    },
  ],
};

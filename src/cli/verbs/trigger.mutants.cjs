// Each entry breaks trigger.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'what every replica would skip is refused at once': [
    {
      find: 'key !== undefined && isKeyed === false',
      replace: 'false',
      suites: ['cli-verbs.spec'],
      scenario: 'with a key of a task without keys is refused at once',
    },
    {
      find: 'paused && !evenIfPaused',
      replace: 'false',
      suites: ['cli-verbs.spec'],
      scenario: 'of a paused task is refused at once',
    },
  ],
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

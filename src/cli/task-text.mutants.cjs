// Each entry breaks task-text.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'what is shown is worth a line': [
    {
      find: 'if (died) parts.push(',
      replace: 'if (died && false) parts.push(',
      suites: ['cli-verbs.spec'],
      scenario: 'says first what is wrong: a run that died, failures in a row',
    },
    {
      find: '(died?.fence === run.fence ? died.leaseEndsAt : null)',
      replace: 'null',
      suites: ['cli-verbs.spec'],
      scenario: 'shows of a run that died the end of its lease, and not its start',
    },
  ],
};

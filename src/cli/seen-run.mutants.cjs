// Each entry breaks seen-run.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'nothing is stopped that nobody has confirmed': [
    {
      find: 'if (!terminal.isInteractive)',
      replace:
        'if (!terminal.isInteractive) return { fence: run.fence, run };\n  if (!terminal.isInteractive)',
      suites: ['cli-verbs.spec'],
      scenario: 'does nothing without a terminal that can answer, --yes or --fence',
    },
    {
      find: '/^y(es)?$/i.test(answer.trim())',
      replace: 'true',
      suites: ['cli-verbs.spec'],
      scenario: 'do nothing where the answer is',
    },
    {
      find: 'if (fence !== undefined) return { fence };',
      replace: '',
      suites: ['cli-verbs.spec'],
      scenario: '--fence means a run that was seen before, and asks nothing',
    },
    {
      find: 'key === undefined ? runs : runs.filter((run) => run.key === key)',
      replace: 'key === undefined ? runs : runs',
      suites: ['cli-verbs.spec'],
      scenario: 'of several keys one must be chosen',
    },
  ],
  'an answer is shown by the clock of then': [
    {
      find: 'if (now) out.setNow(now);',
      replace: 'void now;',
      suites: ['cli-verbs.spec'],
      scenario: 'answers are shown by the clock of after the confirmation',
    },
    {
      find: '.catch(() => undefined)',
      replace: '',
      suites: ['cli-verbs.spec'],
      scenario: 'what was done is shown where the clock cannot be read any more',
    },
  ],
};
